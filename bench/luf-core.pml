/*
 * luf-core (see ../test/classics/luf-core.ts) for SPIN: 2 CPUs, PAGES pages (1 or 2), 2 frames.
 * A CPU's program counter is its process's location, which is how SPIN does best; pc[] repeats it for
 * the guards of the other CPU. The invariant is left out: checking it would cost SPIN time.
 *
 *   use      0 free, 1 page cache, 2 anonymous        tag    2 * file + version, or the page
 *   vma      0 none, 1 + file                         frame  0 none, 1 + frame
 *   pte, tlb 0 none, 1 + 2 * frame + writable         pending, remaining  one bit a CPU
 */
#define PC_IDLE 0
#define PC_R1 1
#define PC_R2 2
#define PC_R3 3
#define PC_M1 4
#define PC_M2 5
#define PC_M3 6
#define PC_F1 7
#define PC_F2 8
#define PC_W1 9
#define PC_W2 10
#define PC_X1 11

byte use[2], tag[2], pending[2], vma[PAGES], pte[PAGES], tlb[2 * PAGES], version[2];
byte pc[2], page[2], frame[2], remaining[2];
/* Scratch of one step. */
hidden byte f, held, file;

#define FRAME_OF(entry) (((entry) - 1) >> 1)
#define READ_ONLY(entry) ((((entry) - 1) & 1) == 0)
#define TLB(c, v) tlb[(c) * PAGES + (v)]
#define LOCKED(i) (frame[0] == (i) + 1 || frame[1] == (i) + 1)
#define BETWEEN(c, low, high) (pc[c] >= low && pc[c] <= high)
#define USING (BETWEEN(0, PC_M1, PC_W2) || BETWEEN(1, PC_M1, PC_W2))
#define WRITING (BETWEEN(0, PC_M1, PC_M3) || BETWEEN(1, PC_M1, PC_M3))
#define HOLDS(i, x) (use[i] == 1 && (tag[i] >> 1) == (x))
#define CACHED(x) (HOLDS(0, x) || HOLDS(1, x))
#define STALE(i, x) (pending[i] != 0 && use[i] != 2 && (tag[i] >> 1) == (x))
#define BUSY(x) ((HOLDS(0, x) && LOCKED(0)) || (HOLDS(1, x) && LOCKED(1)))
#define MAPS(v, i) (pte[v] != 0 && FRAME_OF(pte[v]) == (i))

#if PAGES == 1
#define EACH_PAGE(what, c) what(c, 0)
#define SOME_MAPS(i) MAPS(0, i)
#define CLEAR_TLB(c) TLB(c, 0) = 0
#define UNMAP(i) UNMAP_PAGE(0, i)
#else
#define EACH_PAGE(what, c) what(c, 0) what(c, 1)
#define SOME_MAPS(i) (MAPS(0, i) || MAPS(1, i))
#define CLEAR_TLB(c) TLB(c, 0) = 0; TLB(c, 1) = 0
#define UNMAP(i) UNMAP_PAGE(0, i); UNMAP_PAGE(1, i)
#endif

/* An option of a location: a guard, what happens, and the next location. */
#define STEP(guard, effects, next) :: d_step { (guard) -> effects }; goto next;
#define WHEN(condition, effects) if :: (condition) -> effects :: else fi

#define UNMAP_PAGE(v, i) WHEN(MAPS(v, i), pte[v] = 0)
#define RELEASE(i) use[i] = 0; tag[i] = 0
#define DONE(c) pc[c] = PC_IDLE; frame[c] = 0; page[c] = 0; remaining[c] = 0
#define FLUSH_FRAME(k, i) \
  WHEN(pending[i] & (1 << k), pending[i] = pending[i] & ~(1 << k); WHEN(pending[i] == 0 && use[i] == 0, tag[i] = 0))
#define FLUSH(k) CLEAR_TLB(k); FLUSH_FRAME(k, 0); FLUSH_FRAME(k, 1)

/* One interrupt of a round to all that remain; the last goes on to the next location. */
#define IPI(c, k, here, effects, next) \
  STEP((remaining[c] & (1 << k)) && remaining[c] != (1 << k), FLUSH(k); remaining[c] = remaining[c] & ~(1 << k), here) \
  STEP(remaining[c] == (1 << k), FLUSH(k); remaining[c] = 0; effects, next)
#define IPIS(c, here, effects, next) IPI(c, 0, here, effects, next) IPI(c, 1, here, effects, next)

#define TLB_PAGE(c, v, here) \
  STEP(TLB(c, v) == 0 && pte[v] != 0, TLB(c, v) = pte[v], here) \
  STEP(TLB(c, v) != 0, TLB(c, v) = 0, here)
#if PAGES == 1
#define TLB_STEPS(c, here) TLB_PAGE(c, 0, here)
#else
#define TLB_STEPS(c, here) TLB_PAGE(c, 0, here) TLB_PAGE(c, 1, here)
#endif

#define ALLOCATE(c, v, i, guard, pc_flush, flush, pc_ready, ready) \
  STEP(guard && pending[i] != 0, remaining[c] = pending[i]; pc[c] = pc_flush; frame[c] = i + 1; page[c] = v, flush) \
  STEP(guard && pending[i] == 0, pc[c] = pc_ready; frame[c] = i + 1; page[c] = v, ready)

#define ABSENT(c, v) (vma[v] != 0 && pte[v] == 0 && TLB(c, v) == 0 && !WRITING)
#define FAULT(c, v, i) \
  STEP(ABSENT(c, v) && HOLDS(i, vma[v] - 1) && !LOCKED(i), pc[c] = PC_F2; frame[c] = i + 1; page[c] = v, F2) \
  ALLOCATE(c, v, i, (ABSENT(c, v) && use[i] == 0 && !LOCKED(i) && !CACHED(vma[v] - 1)), PC_F1, F1, PC_F2, F2) \
  ALLOCATE(c, v, i, (vma[v] != 0 && pte[v] != 0 && READ_ONLY(pte[v]) && use[i] == 0 && !WRITING && !LOCKED(i)), \
    PC_W1, W1, PC_W2, W2)
#define PAGE_STEPS(c, v) \
  STEP(vma[v] == 0 && !USING, vma[v] = 1, IDLE) \
  STEP(vma[v] == 0 && !USING, vma[v] = 2, IDLE) \
  STEP(vma[v] != 0 && !USING, pc[c] = PC_M1; page[c] = v, M1) \
  FAULT(c, v, 0) FAULT(c, v, 1)

#define RECLAIM(c, i) STEP(use[i] == 1 && !LOCKED(i), pc[c] = PC_R1; frame[c] = i + 1, R1)
#define RENEW(i, x) WHEN(HOLDS(i, x), tag[i] = 2 * x + version[x])
#define WRITE(c, x) \
  STEP(!BUSY(x) && (STALE(0, x) || STALE(1, x)), pc[c] = PC_X1; page[c] = x; remaining[c] = 3, X1) \
  STEP(!BUSY(x) && !(STALE(0, x) || STALE(1, x)), version[x] = 1 - version[x]; RENEW(0, x); RENEW(1, x), IDLE)

#define FILL_CACHE use[f] = 1; tag[f] = 2 * file + version[file]
#define FINISH_FAULT(c) \
  f = frame[c] - 1; file = vma[page[c]] - 1; held = CACHED(file); \
  WHEN(!held || HOLDS(f, file), WHEN(!held, FILL_CACHE); WHEN(pte[page[c]] == 0, pte[page[c]] = 1 + 2 * f))
#define COPY(c) \
  f = frame[c] - 1; use[f] = 2; tag[f] = page[c]; pte[page[c]] = 2 + 2 * f; TLB(0, page[c]) = 0; TLB(1, page[c]) = 0

#define CPU(c) \
IDLE: do TLB_STEPS(c, IDLE) EACH_PAGE(PAGE_STEPS, c) \
  STEP((pending[0] | pending[1]) & (1 << c), FLUSH(c), IDLE) \
  RECLAIM(c, 0) RECLAIM(c, 1) WRITE(c, 0) WRITE(c, 1) od; \
R1: do TLB_STEPS(c, R1) \
  STEP(SOME_MAPS(frame[c] - 1), f = frame[c] - 1; UNMAP(f); pending[f] = 3; pc[c] = PC_R2, R2) \
  STEP(!SOME_MAPS(frame[c] - 1), f = frame[c] - 1; RELEASE(f); DONE(c), IDLE) od; \
R2: do TLB_STEPS(c, R2) \
  STEP(true, f = frame[c] - 1; use[f] = 0; WHEN(pending[f] == 0, tag[f] = 0); DONE(c), IDLE) \
  STEP(true, remaining[c] = 3; pc[c] = PC_R3, R3) od; \
R3: do TLB_STEPS(c, R3) IPIS(c, R3, f = frame[c] - 1; RELEASE(f); DONE(c), IDLE) od; \
M1: do TLB_STEPS(c, M1) \
  STEP(pte[page[c]] != 0 && !LOCKED(FRAME_OF(pte[page[c]])), \
    frame[c] = FRAME_OF(pte[page[c]]) + 1; pte[page[c]] = 0; remaining[c] = 3; pc[c] = PC_M2, M2) \
  STEP(pte[page[c]] == 0 && (pending[0] | pending[1]), remaining[c] = 3; pc[c] = PC_M2, M2) \
  STEP(pte[page[c]] == 0 && !(pending[0] | pending[1]), pc[c] = PC_M3, M3) od; \
M2: do TLB_STEPS(c, M2) IPIS(c, M2, pc[c] = PC_M3, M3) od; \
M3: do TLB_STEPS(c, M3) \
  STEP(true, vma[page[c]] = 0; WHEN(frame[c] != 0, f = frame[c] - 1; WHEN(use[f] == 2, RELEASE(f))); DONE(c), IDLE) od; \
F1: do TLB_STEPS(c, F1) IPIS(c, F1, pc[c] = PC_F2, F2) od; \
F2: do TLB_STEPS(c, F2) STEP(true, FINISH_FAULT(c); DONE(c), IDLE) od; \
W1: do TLB_STEPS(c, W1) IPIS(c, W1, pc[c] = PC_W2, W2) od; \
W2: do TLB_STEPS(c, W2) \
  STEP(true, WHEN(pte[page[c]] != 0 && READ_ONLY(pte[page[c]]), COPY(c)); DONE(c), IDLE) od; \
X1: do TLB_STEPS(c, X1) IPIS(c, X1, DONE(c), IDLE) od

active proctype cpu0() { CPU(0) }
active proctype cpu1() { CPU(1) }
