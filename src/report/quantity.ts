/** Numbers with their units, as people read them. */
import type { Limit, Limits } from '../engine/outcome.js';

/** A whole number with commas between thousands. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A number of things, the noun in the plural unless there is one. */
export function counted(value: number, noun: string): string {
  return `${grouped(value)} ${value === 1 ? noun : `${noun}s`}`;
}

/** A size in binary units: `1.5 GiB`. */
export function bytes(value: number): string {
  let [size, unit] = [value, 0];
  while (size >= 1024 && unit < 4) [size, unit] = [size / 1024, unit + 1];
  if (value === 1) return '1 byte';
  return `${decimal(size, unit === 0 ? 0 : 1)} ${['bytes', 'KiB', 'MiB', 'GiB', 'TiB'][unit] ?? ''}`;
}

/** A duration: `3 ms`, `0.42 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(timeMs: number): string {
  if (timeMs > 0 && timeMs < 10) return `${decimal(timeMs, 0)} ms`;
  if (timeMs < 60_000) return `${decimal(timeMs / 1000, 2)} s`;
  const seconds = Math.round(timeMs / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const parts = hours > 0 ? [`${hours} h`, `${minutes} min`] : [`${minutes} min`, `${seconds % 60} s`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ');
}

/** One limit with its value: `50,000,000 states`, `4 GiB of memory`. */
export function limitText(limit: Limit, limits: Limits): string {
  switch (limit) {
    case 'states':
      return counted(limits.statesMax, 'state');
    case 'memory':
      return `${bytes(limits.memoryBytesMax)} of memory`;
    case 'depth':
      return counted(limits.depthMax, 'step');
    case 'time':
      return duration(limits.timeMsMax);
    default:
      return limit;
  }
}

/** The limits in force, those that are infinite left out; `none` when all are. */
export function limitsText(limits: Limits): string {
  const values: readonly [Limit, number][] = [
    ['states', limits.statesMax],
    ['memory', limits.memoryBytesMax],
    ['depth', limits.depthMax],
    ['time', limits.timeMsMax],
  ];
  const finite = values.filter(([, value]) => value !== Infinity);
  return finite.map(([limit]) => limitText(limit, limits)).join(', ') || 'none';
}

/** A number with at most so many decimals, none of them a trailing zero. */
function decimal(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
