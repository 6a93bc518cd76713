import { describe, expect, it } from 'vitest';
import { Source } from './c-source.js';

const source = new Source(`\
/* void in_comment(void) { } */
#define set_pte(p, v) \\
	WRITE_ONCE(*(p), v)
#define ptep_clear ptep_clear
static void caller(void);
static inline void flush(struct mm_struct *mm) { }

static vm_fault_t
do_fault(struct vm_fault *vmf)
	__releases(vmf->ptl)
{
	if (mm_tlb_flush_nested(vmf->mm))
		flush(vmf->mm);
	printf("quoted(");
}

void flush(struct mm_struct *mm)
{
	caller();
}

SYSCALL_DEFINE4(pread64, unsigned int, fd, char __user *, buf, size_t, count, loff_t, pos)
{
}

enum mode {
	MIGRATE_ASYNC,
	MIGRATE_SYNC = 2,
};

struct ops {
	int (*write_begin)(struct file *file);
	unsigned int freed_tables : 1;
};

FOLIO_FLAG(active, FOLIO_HEAD_PAGE)
SYM_FUNC_START(clear_page)
`);

describe('a C source', () => {
  it.each([
    ['do_fault', 'function', 9],
    ['set_pte', 'macro', 2],
    ['pread', 'system call', 22],
    ['->write_begin', 'method', 32],
    ['folio_set_active', 'page flag', 36],
    ['clear_page', 'assembly', 37],
  ])('defines %s: %s', (name, kind, line) => {
    expect(source.definitionOf(name)).toEqual({ kind, line });
  });

  it('defines a function where it does most, not in a stub', () => {
    expect(source.definitionOf('flush')?.line).toBe(17);
  });

  it.each(['in_comment', 'caller', 'mm_tlb_flush_nested', 'ptep_clear', 'quoted', '->flush'])('does not define %s', (name) => {
    expect(source.definitionOf(name)).toBeUndefined();
  });

  it.each([
    ['MIGRATE_ASYNC', 'enumerator', 27],
    ['MIGRATE_SYNC', 'enumerator', 28],
    ['freed_tables', 'declaration', 33],
  ])('declares %s: %s', (word, kind, line) => {
    expect(source.declarationOf(word)).toEqual({ kind, line });
  });

  it('tells which function uses a name', () => {
    expect(source.lineIn('do_fault', 'flush')).toBe(13);
    expect(source.lineIn('flush', 'do_fault')).toBeUndefined();
    expect(source.lineIn('nobody', 'flush')).toBeUndefined();
  });

  it('lists its functions', () => {
    expect(source.functionNames()).toEqual(['flush', 'do_fault']);
  });
});
