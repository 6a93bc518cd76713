/** Words that no variable of a Promela program may be called: SPIN's, those of C and of its verifier. */

const promela = `
active always assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan d_step
D_proctype do else empty enabled end eval eventually false fi for full get_priority goto hidden if
implies in init inline int len local ltl mtype nempty never next nfull notrace np_ od of pc_value pid
priority printf printm proctype provided release return run select set_priority short show skip STDIN
stronguntil timeout trace true typedef unless unsigned until weakuntil xr xs`;

const c = `
auto break case char const continue default do double else enum extern float for goto if inline int
long main register restrict return short signed sizeof static struct switch typedef typeof union unix
linux unsigned void volatile while asm errno stdin stdout stderr`;

/** Macros and types of pan.c and pan.h, as far as a sensible name could meet them. */
const verifier = `
a cas continue d enter_critical final get16bits get_permuted getframe grab_state i386 iam_alive
leave_critical max mix now onstack_now onstack_put onstack_zap pptr q_sz qptr rot s t trpt uchar uint
ulong ushort wasnew this bool P0 P1 P2 Air0 Air1 BASE BAD BFS CHECK CHUNK COLLAPSE CONSERVATIVE
DEBUG DELTA FREQ GLOBAL HASH HC HC4 INRANGE Index LC LOCAL LONG MA MAXPROC MAXQ MEMLIM MERGED NAN
NCORE NFAIR NQS NULL Offsetof PERMUTED PMAX QMAX QUERY QUIT RANDSTOR SAFETY SYNC ASYNC TRANSITIONS
TWIDTH UnBlock VECTORSZ VERI VMAX WS XUSAFE State Trans Stack T_ID`;

const ours = 'model STOP SEEN LOOP SAY CHECK CUT sd_claims sd_seen sd_report sd_count sd_zero';

/** Reserved words. */
export const reserved: readonly string[] = [promela, c, verifier, ours].flatMap((words) => words.trim().split(/\s+/));
