/** include/linux/mm_inline.h: what becomes of userfaultfd's mark where a PTE goes away. */
import { when, type Effect } from '../../../src/index.js';
import { Ghost } from '../machine/ghost.js';
import type { Machine } from '../machine/machine.js';

/**
 * pte_install_uffd_wp_if_needed(): only a VMA of a file that stays keeps the mark, as PTE_MARKER_UFFD_WP, unless the
 * zap drops markers (ZAP_FLAG_DROP_MARKER).
 */
export function dropTracking(machine: Machine, page: string, dropsMarkers = false): Effect[] {
  if (!machine.pageNamed(page).tracked) return [];
  const p = machine.page(page);
  const drop = [machine.state.pte.at(p).uffdWp.becomes(false), ...new Ghost(machine).disarm(p)];
  return dropsMarkers ? drop : [when(machine.state.vma.at(p).kind.is('none', 'anon'), drop)];
}
