// Proves the asserts of proof/LedgerProof.sol with solc's SMTChecker (constrained Horn clauses) and z3. Ends with an error unless every one is proved.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {compile, root} from './compiler.mjs';

const contract = process.env.PROVE ?? 'Solvent', file = `proof/${contract}.sol`;
const secondsPerQuery = Number(process.env.PROVE_SECONDS ?? 120);
const version = spawnSync('z3', ['--version'], {encoding: 'utf8'});
if (version.error) {
  console.error('The proofs need the program z3. On Debian: apt-get install z3');
  process.exit(1);
}

const scratch = mkdtempSync(join(tmpdir(), 'prove-'));
let queries = 0;
/** z3 with the options that solc gives it when it is linked in. */
function smtSolver(query) {
  const path = join(scratch, `${queries++}.smt2`);
  writeFileSync(path, query);
  const run = spawnSync('z3', [`-T:${secondsPerQuery}`, 'rewriter.pull_cheap_ite=true', 'fp.spacer.q3.use_qgen=true', 'fp.spacer.mbqi=false', 'fp.spacer.ground_pobs=false', path], {encoding: 'utf8'});
  const answer = run.stdout.trimStart();
  if (process.env.PROVE_TALK) console.log(`query ${queries - 1}: ${query.length} bytes, ${answer.split('\n')[0]}`);
  return {contents: /^(sat|unsat|unknown)/.test(answer) ? answer : 'unknown\n'};
}

const started = Date.now();
let output;
try {
  output = compile({[file]: {content: readFileSync(join(root, file), 'utf8')}}, {
    modelChecker: {contracts: {[file]: [contract]}, engine: 'chc', solvers: ['smtlib2'], targets: ['assert'], extCalls: 'untrusted', showProvedSafe: true, showUnproved: true, showUnsupported: true, timeout: 0},
    outputSelection: {},
  }, {smtSolver});
} finally {
  rmSync(scratch, {recursive: true, force: true});
}

const asserts = [...readFileSync(join(root, file), 'utf8').matchAll(/\bassert\(/g)].length;
let proved = 0;
for (const {errorCode, severity, formattedMessage} of output.errors) {
  if (errorCode === '9576' && /Assertion violation check is safe/.test(formattedMessage)) proved++;
  else if (severity !== 'info' || process.env.PROVE_TALK) console.error(formattedMessage);
}
console.log(`${proved} of ${asserts} assertions proved, ${queries} queries, ${((Date.now() - started) / 1000).toFixed(1)} s, ${version.stdout.trim()}`);
process.exit(proved === asserts ? 0 : 1);
