// Proves the asserts in proof/ with solc's SMTChecker and z3: Solvent over every sequence of transactions (Horn clauses), the others over one step from any
// state (bounded model checking). Canary.sol is false: it must not be proved. Ends with an error unless all is as it must be. PROVE=name runs one only.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {compile, sourcesOf} from './compiler.mjs';

const secondsPerQuery = Number(process.env.PROVE_SECONDS ?? 300);
const engines = {Opening: 'bmc', GivingBack: 'bmc', Settling: 'bmc', Apart: 'bmc', Canary: 'bmc', Solvent: 'chc'};

const version = spawnSync('z3', ['--version'], {encoding: 'utf8'});
if (version.error) {
  console.error('The proofs need the program z3. On Debian: apt-get install z3');
  process.exit(1);
}
const sources = sourcesOf('proof');
const scratch = mkdtempSync(join(tmpdir(), 'prove-'));

/** Asks z3, with the options that solc gives it when it is linked in. */
function smtSolver(query) {
  const path = join(scratch, 'query.smt2');
  writeFileSync(path, query);
  const run = spawnSync('z3', [`-T:${secondsPerQuery}`, 'rewriter.pull_cheap_ite=true', 'fp.spacer.q3.use_qgen=true', 'fp.spacer.mbqi=false', 'fp.spacer.ground_pobs=false', path], {encoding: 'utf8'});
  const answer = run.stdout.trimStart();
  return {contents: /^(sat|unsat|unknown)/.test(answer) ? answer : 'unknown\n'};
}

/** How many asserts of a contract are proved, and what was said of the others. */
function prove(name, engine) {
  const file = `proof/${name}.sol`;
  const {errors} = compile({[file]: sources[file]}, {
    modelChecker: {contracts: {[file]: [name]}, engine, solvers: ['smtlib2'], targets: ['assert'], extCalls: 'untrusted', showProvedSafe: true, showUnproved: true},
    outputSelection: {},
  }, {smtSolver});
  const broken = errors.filter(error => error.severity === 'error');
  const proved = errors.filter(error => /: Assertion violation check is safe!/.test(error.message)).length;
  const open = errors.filter(error => /Assertion violation (happens|might happen)/.test(error.message));
  return {proved, open: [...broken, ...open].map(error => error.formattedMessage), asserts: [...sources[file].content.matchAll(/\bassert\(/g)].length};
}

let bad = 0;
try {
  for (const [name, engine] of Object.entries(engines)) {
    if (process.env.PROVE && process.env.PROVE !== name) continue;
    const started = Date.now();
    const {proved, open, asserts} = prove(name, engine);
    const right = name === 'Canary' ? proved === 0 && open.length === asserts : proved === asserts && open.length === 0;
    console.log(`${right ? 'ok    ' : 'FAILED'} ${name} (${engine}): ${proved} of ${asserts} proved${name === 'Canary' ? ', as it must be' : ''}, ${((Date.now() - started) / 1000).toFixed(1)} s`);
    if (right) continue;
    bad++;
    console.log(open.join('\n'));
  }
} finally {
  rmSync(scratch, {recursive: true, force: true});
}
console.log(version.stdout.trim());
process.exit(bad === 0 ? 0 : 1);
