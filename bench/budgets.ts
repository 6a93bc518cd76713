/** What the engine has to reach, beside what was measured. */
import { markdown } from './table.js';

/** Something that has a floor below which it must not be, and perhaps a goal. */
export interface Budget {
  readonly what: string;
  readonly floor: number;
  readonly goal?: number;
  readonly unit: 'times' | 'bytes';
  /** Absent if something was not installed, or was over a limit. */
  readonly measured: number | undefined;
}

/** Whether more is better, or less: of bytes, less. */
const reaches = ({ unit, measured }: Budget, bound: number): boolean => (unit === 'bytes' ? measured! <= bound : measured! >= bound);

/** What a budget's number means, in words. */
export function verdictOf(budget: Budget): string {
  const { floor, goal, measured } = budget;
  if (measured === undefined) return 'not measured';
  if (!reaches(budget, floor)) return 'floor missed';
  if (goal === undefined) return 'floor met';
  return reaches(budget, goal) ? 'goal met' : 'floor met, goal missed';
}

/** The budgets as a table in Markdown. */
export function budgetTable(budgets: readonly Budget[]): string {
  const rows = budgets.map((budget) => {
    const { what, floor, goal, unit, measured } = budget;
    const text = (value: number | undefined, digits?: number): string =>
      value === undefined ? '' : `${digits === undefined ? value : value.toFixed(digits)}${unit === 'times' ? 'x' : ''}`;
    return [what, text(floor), text(goal), text(measured, unit === 'times' ? 2 : 1), verdictOf(budget)];
  });
  return markdown([['budget', 'floor', 'goal', 'measured', 'so'], ...rows]);
}
