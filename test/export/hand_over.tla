(*
 * a test
 *
 * Written by: shootdown export
 *
 * Save this as hand_over.tla. The configuration stands after the module; a TLC that does not read it there
 * wants it in hand_over.cfg.
 *   java -cp tla2tools.jar tlc2.TLC -config hand_over.tla hand_over
 *
 * TLC stops at the first invariant that is violated. With all but TypeOK taken out of the configuration,
 * "distinct states found" is the number of states that `shootdown check --all` prints, and "states
 * generated" its transitions and the 2 start states. A disjunction in a guard is compared
 * with TRUE, or TLC would count a successor for each half that holds.
 *
 * One action is one step of the model with its parameters. A property that steps check on their way
 * stands here as an invariant of the state before: wherever a step is enabled, it would find the property
 * to hold. For that no step has to change anything; an action property would not see one that does not.
 * Deadlock is an invariant too, for the ends are right and spontaneous steps are no way out of it.
 *
 * The invariants, by what their violation shows:
 *   1 alone violated
 *   2 counted violated
 *   3 deadlock: some thread can always go on until all have finished
 *   4 end: both wait
 *   5 end: all green
 *   6 end: all green, where twice
 *   7 reached: late
 *
 * A member of a type is a number:
 * CPU: 0 CPU0, 1 CPU1
 *)
---- MODULE hand_over ----
EXTENDS Integers

VARIABLES
  owner, (* owner: CPU or none *)
  waiting, (* waiting: set of CPU *)
  light, (* light[CPU] *)
  visits, (* visits[CPU][-1..0] *)
  late (* late *)

vars == <<owner, waiting, light, visits, late>>

none == -1

TypeOK ==
  /\ owner \in (0..1) \cup {none}
  /\ waiting \in SUBSET (0..1)
  /\ light \in [0..1 -> {"red", "deep green"}]
  /\ visits \in [(0..1) \X ((-1)..0) -> (-1)..2]
  /\ late \in BOOLEAN

Init ==
  \/ /\ owner = none
     /\ waiting = {}
     /\ light = [i1 \in 0..1 |-> "red"]
     /\ visits = [i1 \in 0..1, i2 \in (-1)..0 |-> (-1)]
     /\ late = FALSE
  \/ /\ owner = none
     /\ waiting = {}
     /\ light = [i1 \in 0..1 |-> CASE i1 \in {1} -> "deep green" [] OTHER -> "red"]
     /\ visits = [i1 \in 0..1, i2 \in (-1)..0 |-> CASE <<i1, i2>> \in {<<1, -1>>} -> 0 [] OTHER -> (-1)]
     /\ late = FALSE

(* arrive(c=CPU0) *)
arrive_c_CPU0_enabled ==
  /\ ~(0 \in waiting)
  /\ ((light[0] = "red") \/ late) = TRUE
arrive_c_CPU0 ==
  /\ arrive_c_CPU0_enabled
  /\ waiting' = (waiting \cup {0})
  /\ UNCHANGED <<owner, light, visits, late>>

(* arrive(c=CPU1) *)
arrive_c_CPU1_enabled ==
  /\ ~(1 \in waiting)
  /\ ((light[1] = "red") \/ late) = TRUE
arrive_c_CPU1 ==
  /\ arrive_c_CPU1_enabled
  /\ waiting' = (waiting \cup {1})
  /\ UNCHANGED <<owner, light, visits, late>>

(* enter(c=CPU0) *)
enter_c_CPU0_enabled ==
  /\ 0 \in waiting
  /\ visits[0, 0] < 2
enter_c_CPU0 ==
  /\ enter_c_CPU0_enabled
  /\ LET if_1 == (owner = none)
         else_1 == ~if_1
         late_1 == IF else_1 THEN TRUE ELSE late
         visits_1 == [visits EXCEPT ![0, 0] = (visits[0, 0] + 1)]
     IN /\ owner' = IF if_1 THEN 0 ELSE owner
        /\ waiting' = IF if_1 THEN (waiting \ {0}) ELSE waiting
        /\ late' = late_1
        /\ visits' = [visits_1 EXCEPT ![0, -1] = (IF late_1 THEN visits_1[0, 0] ELSE visits_1[0, -1])]
  /\ UNCHANGED <<light>>

(* enter(c=CPU1) *)
enter_c_CPU1_enabled ==
  /\ 1 \in waiting
  /\ visits[1, 0] < 2
enter_c_CPU1 ==
  /\ enter_c_CPU1_enabled
  /\ LET if_1 == (owner = none)
         else_1 == ~if_1
         late_1 == IF else_1 THEN TRUE ELSE late
         visits_1 == [visits EXCEPT ![1, 0] = (visits[1, 0] + 1)]
     IN /\ owner' = IF if_1 THEN 1 ELSE owner
        /\ waiting' = IF if_1 THEN (waiting \ {1}) ELSE waiting
        /\ late' = late_1
        /\ visits' = [visits_1 EXCEPT ![1, -1] = (IF late_1 THEN visits_1[1, 0] ELSE visits_1[1, -1])]
  /\ UNCHANGED <<light>>

(* leave *)
leave_enabled ==
  /\ owner # none
leave ==
  /\ leave_enabled
  /\ light' = [light EXCEPT ![owner] = "deep green"]
  /\ owner' = none
  /\ UNCHANGED <<waiting, visits, late>>

(* States that have no successors. *)
Cut ==
  ((0 \in waiting) /\ (1 \in waiting))

(* Nothing can happen, or only what is spontaneous. *)
Stuck ==
  \/ Cut
  \/
     /\ ~arrive_c_CPU0_enabled
     /\ ~arrive_c_CPU1_enabled
     /\ ~enter_c_CPU0_enabled
     /\ ~enter_c_CPU1_enabled

Next ==
  /\ ~Cut
  /\
     \/ arrive_c_CPU0
     \/ arrive_c_CPU1
     \/ enter_c_CPU0
     \/ enter_c_CPU1
     \/ leave

Spec == Init /\ [][Next]_vars

alone ==
  \/ Cut
  \/
     /\ enter_c_CPU0_enabled => ((owner = none))
     /\ enter_c_CPU1_enabled => ((owner = none))

counted ==
  ~(~(visits[0, -1] =< visits[0, 0]) \/ ~(visits[1, -1] =< visits[1, 0]))

no_deadlock ==
  ~(Stuck /\ ~((0 \in waiting) /\ (1 \in waiting)) /\ ~~((light[0] # "deep green") \/
        (light[1] # "deep green")))

not_end_both_wait ==
  ~(Stuck /\ ((0 \in waiting) /\ (1 \in waiting)))

not_end_all_green ==
  ~(Stuck /\ ~((0 \in waiting) /\ (1 \in waiting)) /\ ~((light[0] # "deep green") \/
        (light[1] # "deep green")))

not_end_all_green_where_twice ==
  ~(Stuck /\ ~((0 \in waiting) /\ (1 \in waiting)) /\ ~((light[0] # "deep green") \/
        (light[1] # "deep green")) /\ late)

not_reached_late ==
  ~late
====

---- CONFIG hand_over ----
SPECIFICATION Spec
CHECK_DEADLOCK FALSE
INVARIANT TypeOK
\* INVARIANT alone
\* INVARIANT counted
\* INVARIANT no_deadlock
\* INVARIANT not_end_both_wait
\* INVARIANT not_end_all_green
\* INVARIANT not_end_all_green_where_twice
\* INVARIANT not_reached_late
====
