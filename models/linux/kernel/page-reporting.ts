/**
 * mm/page_reporting.c: a free page is taken off its list, reported to the hypervisor, which may drop its
 * contents, and put back.
 *
 * Left out: pages of higher order, PageReported, reports that fail.
 */
import type { LinuxOperation } from './operation.js';
import { frameLocal, freeEffects, isolateFreePage } from './page-alloc.js';
import type { Path } from './path.js';

const source = 'mm/page_reporting.c';

function reportPage(path: Path): void {
  const { machine } = path;
  const page = frameLocal(path, 'page');
  const { content, origin } = machine.state.frame.at(page);
  const [reporting, draining] = ['report', 'drain'].map((p) => path.place(p));
  isolateFreePage(path, { at: 'start', to: reporting!, none: 'end', into: page, kernel: `${source} page_reporting_cycle()` });
  const report = { at: reporting!, to: draining!, kernel: `${source} page_reporting_process_zone()` };
  path.step({
    ...report,
    after: 'the page reads as zeroes from now on',
    approximation: 'over: a hypervisor that takes the page away flushes the entries of the guest for it as well; that is not relied on',
    then: [content.becomes(machine.content(0)), origin.becomes(machine.origin('hypervisor'))],
    says: ['prdev->report()', { text: ['[ hypervisor drops frame ', page, ' ]'] }],
  });
  path.step({ ...report, after: 'the hypervisor has left the page as it is', says: ['prdev->report()'] });
  path.step({
    at: draining!,
    to: 'end',
    kernel: `${source} page_reporting_drain()`,
    after: 'any CPU may allocate the frame; it waits for no flush',
    then: freeEffects(machine, page),
    says: ['page_reporting_drain()', { text: ['[ frame ', page, ' free again ]'] }],
  });
}

/** report_pages(). */
export const pageReportingOperations: readonly LinuxOperation[] = [
  {
    id: 'report_pages',
    name: 'report_pages',
    parameters: [],
    result: 'none',
    by: 'kernel',
    usage: 'report_pages()',
    samples: () => [{ arguments: [] }],
    write: reportPage,
  },
];
