/*
 * luf-core (see ../test/classics/luf-core.ts) for SPIN: CPUS, PAGES and FRAMES are the sizes,
 * at most 3 CPUs, 2 pages and 3 frames; EACH_CPU and the like write out what there is of each.
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

byte use[FRAMES], tag[FRAMES], pending[FRAMES], vma[PAGES], pte[PAGES], tlb[CPUS * PAGES], version[2];
byte pc[CPUS], page[CPUS], frame[CPUS], remaining[CPUS];
/* Scratch of one step: no part of the state, or, since a breadth-first search has nothing hidden, 0 in all states. */
#ifdef BREADTH_FIRST
byte f, held, file;
#define FORGET ; f = 0; held = 0; file = 0
#else
hidden byte f, held, file;
#define FORGET
#endif

#define FRAME_OF(entry) (((entry) - 1) >> 1)
#define READ_ONLY(entry) ((((entry) - 1) & 1) == 0)
#define TLB(c, v) tlb[(c) * PAGES + (v)]
#define LOCKS(c, i) (frame[c] == (i) + 1)
#define BETWEEN(c, low, high) (pc[c] >= low && pc[c] <= high)
#define USES(c) BETWEEN(c, PC_M1, PC_W2)
#define WRITES(c) BETWEEN(c, PC_M1, PC_M3)
#define HOLDS(i, x) (use[i] == 1 && (tag[i] >> 1) == (x))
#define STALE(i, x) (pending[i] != 0 && use[i] != 2 && (tag[i] >> 1) == (x))
#define HELD(i, x) (HOLDS(i, x) && LOCKED(i))
#define MAPS(v, i) (pte[v] != 0 && FRAME_OF(pte[v]) == (i))

#if CPUS == 2
#define ALL_CPUS 3
#define LOCKED(i) (LOCKS(0, i) || LOCKS(1, i))
#define USING (USES(0) || USES(1))
#define WRITING (WRITES(0) || WRITES(1))
#define EACH_CPU(what, v) what(0, v); what(1, v)
#else
#define ALL_CPUS 7
#define LOCKED(i) (LOCKS(0, i) || LOCKS(1, i) || LOCKS(2, i))
#define USING (USES(0) || USES(1) || USES(2))
#define WRITING (WRITES(0) || WRITES(1) || WRITES(2))
#define EACH_CPU(what, v) what(0, v); what(1, v); what(2, v)
#endif

#if FRAMES == 2
#define SOME_PENDING (pending[0] | pending[1])
#define CACHED(x) (HOLDS(0, x) || HOLDS(1, x))
#define SOME_STALE(x) (STALE(0, x) || STALE(1, x))
#define BUSY(x) (HELD(0, x) || HELD(1, x))
#define EACH_FRAME(what, x) what(0, x); what(1, x)
#define FAULTS(c, v) FAULT(c, v, 0) FAULT(c, v, 1)
#define RECLAIMS(c) RECLAIM(c, 0) RECLAIM(c, 1)
#else
#define SOME_PENDING (pending[0] | pending[1] | pending[2])
#define CACHED(x) (HOLDS(0, x) || HOLDS(1, x) || HOLDS(2, x))
#define SOME_STALE(x) (STALE(0, x) || STALE(1, x) || STALE(2, x))
#define BUSY(x) (HELD(0, x) || HELD(1, x) || HELD(2, x))
#define EACH_FRAME(what, x) what(0, x); what(1, x); what(2, x)
#define FAULTS(c, v) FAULT(c, v, 0) FAULT(c, v, 1) FAULT(c, v, 2)
#define RECLAIMS(c) RECLAIM(c, 0) RECLAIM(c, 1) RECLAIM(c, 2)
#endif

#if PAGES == 1
#define EACH_PAGE(what, c) what(c, 0)
#define SOME_MAPS(i) MAPS(0, i)
#define CLEAR_TLB(c) CLEAR(c, 0)
#define UNMAP(i) UNMAP_PAGE(0, i)
#define TLB_STEPS(c, here) TLB_PAGE(c, 0, here)
#else
#define EACH_PAGE(what, c) what(c, 0) what(c, 1)
#define SOME_MAPS(i) (MAPS(0, i) || MAPS(1, i))
#define CLEAR_TLB(c) CLEAR(c, 0); CLEAR(c, 1)
#define UNMAP(i) UNMAP_PAGE(0, i); UNMAP_PAGE(1, i)
#define TLB_STEPS(c, here) TLB_PAGE(c, 0, here) TLB_PAGE(c, 1, here)
#endif

/* An option of a location: a guard, what happens, and the next location. */
#define STEP(guard, effects, next) :: d_step { (guard) -> effects }; goto next;
#define WHEN(condition, effects) if :: (condition) -> effects :: else fi

#define CLEAR(c, v) TLB(c, v) = 0
#define UNMAP_PAGE(v, i) WHEN(MAPS(v, i), pte[v] = 0)
#define RELEASE(i) use[i] = 0; tag[i] = 0
#define DONE(c) pc[c] = PC_IDLE; frame[c] = 0; page[c] = 0; remaining[c] = 0 FORGET
#define FLUSH_FRAME(i, k) \
  WHEN(pending[i] & (1 << k), pending[i] = pending[i] & ~(1 << k); WHEN(pending[i] == 0 && use[i] == 0, tag[i] = 0))
#define FLUSH(k) CLEAR_TLB(k); EACH_FRAME(FLUSH_FRAME, k)

/* One interrupt of a round to all that remain; the last goes on to the next location. */
#define IPI(c, k, here, effects, next) \
  STEP((remaining[c] & (1 << k)) && remaining[c] != (1 << k), FLUSH(k); remaining[c] = remaining[c] & ~(1 << k), here) \
  STEP(remaining[c] == (1 << k), FLUSH(k); remaining[c] = 0; effects, next)
#if CPUS == 2
#define IPIS(c, here, effects, next) IPI(c, 0, here, effects, next) IPI(c, 1, here, effects, next)
#else
#define IPIS(c, here, effects, next) \
  IPI(c, 0, here, effects, next) IPI(c, 1, here, effects, next) IPI(c, 2, here, effects, next)
#endif

#define TLB_PAGE(c, v, here) \
  STEP(TLB(c, v) == 0 && pte[v] != 0, TLB(c, v) = pte[v], here) \
  STEP(TLB(c, v) != 0, TLB(c, v) = 0, here)

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
  FAULTS(c, v)

#define RECLAIM(c, i) STEP(use[i] == 1 && !LOCKED(i), pc[c] = PC_R1; frame[c] = i + 1, R1)
#define RENEW(i, x) WHEN(HOLDS(i, x), tag[i] = 2 * x + version[x])
#define WRITE(c, x) \
  STEP(!BUSY(x) && SOME_STALE(x), pc[c] = PC_X1; page[c] = x; remaining[c] = ALL_CPUS, X1) \
  STEP(!BUSY(x) && !SOME_STALE(x), version[x] = 1 - version[x]; EACH_FRAME(RENEW, x), IDLE)

#define FILL_CACHE use[f] = 1; tag[f] = 2 * file + version[file]
#define FINISH_FAULT(c) \
  f = frame[c] - 1; file = vma[page[c]] - 1; held = CACHED(file); \
  WHEN(!held || HOLDS(f, file), WHEN(!held, FILL_CACHE); WHEN(pte[page[c]] == 0, pte[page[c]] = 1 + 2 * f))
#define COPY(c) \
  f = frame[c] - 1; use[f] = 2; tag[f] = page[c]; pte[page[c]] = 2 + 2 * f; EACH_CPU(CLEAR, page[c])

#define CPU(c) \
IDLE: do TLB_STEPS(c, IDLE) EACH_PAGE(PAGE_STEPS, c) \
  STEP(SOME_PENDING & (1 << c), FLUSH(c), IDLE) \
  RECLAIMS(c) WRITE(c, 0) WRITE(c, 1) od; \
R1: do TLB_STEPS(c, R1) \
  STEP(SOME_MAPS(frame[c] - 1), f = frame[c] - 1; UNMAP(f); pending[f] = ALL_CPUS; pc[c] = PC_R2 FORGET, R2) \
  STEP(!SOME_MAPS(frame[c] - 1), f = frame[c] - 1; RELEASE(f); DONE(c), IDLE) od; \
R2: do TLB_STEPS(c, R2) \
  STEP(true, f = frame[c] - 1; use[f] = 0; WHEN(pending[f] == 0, tag[f] = 0); DONE(c), IDLE) \
  STEP(true, remaining[c] = ALL_CPUS; pc[c] = PC_R3, R3) od; \
R3: do TLB_STEPS(c, R3) IPIS(c, R3, f = frame[c] - 1; RELEASE(f); DONE(c), IDLE) od; \
M1: do TLB_STEPS(c, M1) \
  STEP(pte[page[c]] != 0 && !LOCKED(FRAME_OF(pte[page[c]])), \
    frame[c] = FRAME_OF(pte[page[c]]) + 1; pte[page[c]] = 0; remaining[c] = ALL_CPUS; pc[c] = PC_M2, M2) \
  STEP(pte[page[c]] == 0 && SOME_PENDING, remaining[c] = ALL_CPUS; pc[c] = PC_M2, M2) \
  STEP(pte[page[c]] == 0 && !SOME_PENDING, pc[c] = PC_M3, M3) od; \
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
#if CPUS == 3
active proctype cpu2() { CPU(2) }
#endif
