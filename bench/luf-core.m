-- luf-core (see ../test/classics/luf-core.ts) for rumur: C CPUs, V pages, F frames; rumur.ts replaces the sizes.
--   fst  use of a frame      tag  2 * file + version, or the page      pend  CPUs with a flush pending
--   vma  0 none, 1 + file    fver version of a file                    lv, lf, rem  page, frame, CPUs left
const C:2; V:2; F:2;
type CPU: scalarset(C); FR: scalarset(F); VP: 0..V-1; FI: 0..1;
 PC: enum{IDLE,R1,R2,R3,M1,M2,M3,F1,F2,W1,W2,X1}; FS: enum{FREE,PGC,ANON};
 ENT: record f: FR; w: boolean; end;
 MASK: array[CPU] of boolean;
var fst: array[FR] of FS; tag: array[FR] of 0..3; pend: array[FR] of MASK;
 vma: array[VP] of 0..2; pte: array[VP] of ENT; tlb: array[CPU] of array[VP] of ENT; fver: array[FI] of 0..1;
 pc: array[CPU] of PC; lv: array[CPU] of 0..1; lf: array[CPU] of FR; rem: array[CPU] of MASK;
function empty(m: MASK): boolean; begin return forall c: CPU do !m[c] end; end;
function locked(f: FR): boolean; begin return exists c: CPU do (!isundefined(lf[c])) & lf[c]=f end; end;
function anypend(): boolean; begin return exists f: FR do exists c: CPU do pend[f][c] end end; end;
function mmuser(): boolean; begin return exists c: CPU do pc[c]=M1|pc[c]=M2|pc[c]=M3|pc[c]=F1|pc[c]=F2|pc[c]=W1|pc[c]=W2 end; end;
function mmwriter(): boolean; begin return exists c: CPU do pc[c]=M1|pc[c]=M2|pc[c]=M3 end; end;
function iscache(f: FR; i: FI): boolean; begin return fst[f]=PGC & tag[f]/2=i; end;
function cached(i: FI): boolean; begin return exists f: FR do iscache(f,i) end; end;
procedure fc(k: CPU); begin
 for v: VP do undefine tlb[k][v].f; tlb[k][v].w:=false; end;
 for f: FR do if pend[f][k] then pend[f][k]:=false; if empty(pend[f]) & fst[f]=FREE then tag[f]:=0; end; end; end; end;
procedure full(c: CPU); begin for k: CPU do rem[c][k]:=true; end; end;
procedure done(c: CPU); begin pc[c]:=IDLE; undefine lf[c]; lv[c]:=0; for k: CPU do rem[c][k]:=false; end; end;

startstate begin
 for f: FR do fst[f]:=FREE; tag[f]:=0; for c: CPU do pend[f][c]:=false; end; end;
 for v: VP do vma[v]:=0; undefine pte[v].f; pte[v].w:=false; end;
 for i: FI do fver[i]:=0; end;
 for c: CPU do done(c); for v: VP do undefine tlb[c][v].f; tlb[c][v].w:=false; end; end;
end;
ruleset c: CPU do
 ruleset v: VP do
  rule "tlbfill" isundefined(tlb[c][v].f) & !isundefined(pte[v].f) ==> begin tlb[c][v]:=pte[v]; end;
  rule "evict" !isundefined(tlb[c][v].f) ==> begin undefine tlb[c][v].f; tlb[c][v].w:=false; end;
  ruleset i: FI do rule "mmap" pc[c]=IDLE & vma[v]=0 & !mmuser() ==> begin vma[v]:=i+1; end; end;
  rule "munmap" pc[c]=IDLE & vma[v]!=0 & !mmuser() ==> begin pc[c]:=M1; lv[c]:=v; end;
  ruleset f: FR do
   rule "f0hit" pc[c]=IDLE & vma[v]!=0 & isundefined(pte[v].f) & isundefined(tlb[c][v].f) & !mmwriter() & iscache(f,vma[v]-1) & !locked(f) ==> begin pc[c]:=F2; lf[c]:=f; lv[c]:=v; end;
   rule "f0alloc" pc[c]=IDLE & vma[v]!=0 & isundefined(pte[v].f) & isundefined(tlb[c][v].f) & fst[f]=FREE & !mmwriter() & !locked(f) & !cached(vma[v]-1) ==> begin
     if !empty(pend[f]) then rem[c]:=pend[f]; pc[c]:=F1; else pc[c]:=F2; end; lf[c]:=f; lv[c]:=v; end;
   rule "w0" pc[c]=IDLE & vma[v]!=0 & !isundefined(pte[v].f) & !pte[v].w & fst[f]=FREE & !mmwriter() & !locked(f) ==> begin
     if !empty(pend[f]) then rem[c]:=pend[f]; pc[c]:=W1; else pc[c]:=W2; end; lf[c]:=f; lv[c]:=v; end;
  end;
 end;
 rule "ctxflush" pc[c]=IDLE & (exists f: FR do pend[f][c] end) ==> begin fc(c); end;
 rule "m1" pc[c]=M1 & (isundefined(pte[lv[c]].f) | !locked(pte[lv[c]].f)) ==> begin
   if !isundefined(pte[lv[c]].f) then lf[c]:=pte[lv[c]].f; undefine pte[lv[c]].f; pte[lv[c]].w:=false; full(c); pc[c]:=M2;
   elsif anypend() then full(c); pc[c]:=M2; else pc[c]:=M3; end; end;
 ruleset k: CPU do
  rule "m2" pc[c]=M2 & rem[c][k] ==> begin fc(k); rem[c][k]:=false; if empty(rem[c]) then pc[c]:=M3; end; end;
  rule "r3" pc[c]=R3 & rem[c][k] ==> begin fc(k); rem[c][k]:=false; if empty(rem[c]) then fst[lf[c]]:=FREE; tag[lf[c]]:=0; done(c); end; end;
  rule "f1" pc[c]=F1 & rem[c][k] ==> begin fc(k); rem[c][k]:=false; if empty(rem[c]) then pc[c]:=F2; end; end;
  rule "w1" pc[c]=W1 & rem[c][k] ==> begin fc(k); rem[c][k]:=false; if empty(rem[c]) then pc[c]:=W2; end; end;
  rule "x1" pc[c]=X1 & rem[c][k] ==> begin fc(k); rem[c][k]:=false; if empty(rem[c]) then done(c); end; end;
 end;
 rule "m3" pc[c]=M3 ==> begin vma[lv[c]]:=0; if !isundefined(lf[c]) then if fst[lf[c]]=ANON then fst[lf[c]]:=FREE; tag[lf[c]]:=0; end; end; done(c); end;
 ruleset f: FR do rule "r0" pc[c]=IDLE & fst[f]=PGC & !locked(f) ==> begin pc[c]:=R1; lf[c]:=f; end; end;
 rule "r1" pc[c]=R1 ==> var any: boolean; begin any:=false;
   for v: VP do if !isundefined(pte[v].f) & pte[v].f=lf[c] then undefine pte[v].f; pte[v].w:=false; any:=true; end; end;
   if any then for k: CPU do pend[lf[c]][k]:=true; end; pc[c]:=R2; else fst[lf[c]]:=FREE; tag[lf[c]]:=0; done(c); end; end;
 rule "r2defer" pc[c]=R2 ==> begin fst[lf[c]]:=FREE; if empty(pend[lf[c]]) then tag[lf[c]]:=0; end; done(c); end;
 rule "r2flush" pc[c]=R2 ==> begin full(c); pc[c]:=R3; end;
 rule "f2" pc[c]=F2 ==> begin
   if !cached(vma[lv[c]]-1) | iscache(lf[c],vma[lv[c]]-1) then
     if !cached(vma[lv[c]]-1) then fst[lf[c]]:=PGC; tag[lf[c]]:=(vma[lv[c]]-1)*2+fver[vma[lv[c]]-1]; end;
     if isundefined(pte[lv[c]].f) then pte[lv[c]].f:=lf[c]; pte[lv[c]].w:=false; end; end; done(c); end;
 rule "w2" pc[c]=W2 ==> begin if !isundefined(pte[lv[c]].f) & !pte[lv[c]].w then fst[lf[c]]:=ANON; tag[lf[c]]:=lv[c]; pte[lv[c]].f:=lf[c]; pte[lv[c]].w:=true;
   for k: CPU do undefine tlb[k][lv[c]].f; tlb[k][lv[c]].w:=false; end; end; done(c); end;
 ruleset i: FI do
  rule "x0" pc[c]=IDLE & !(exists f: FR do iscache(f,i) & locked(f) end) ==> begin
   if exists f: FR do !empty(pend[f]) & fst[f]!=ANON & tag[f]/2=i end then pc[c]:=X1; lv[c]:=i; full(c);
   else fver[i]:=1-fver[i]; for f: FR do if iscache(f,i) then tag[f]:=i*2+fver[i]; end; end; end; end;
 end;
end;
invariant "tlb" forall c: CPU do forall v: VP do isundefined(tlb[c][v].f) | (vma[v]!=0 & ((fst[tlb[c][v].f]=ANON & tag[tlb[c][v].f]=v) | (fst[tlb[c][v].f]!=ANON & tag[tlb[c][v].f]=(vma[v]-1)*2+fver[vma[v]-1]))) end end;

