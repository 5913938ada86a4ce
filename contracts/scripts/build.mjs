// Compiles the contracts into src/Modules/Blockchain/Contracts/*.json, which is committed, so that the product builds without Node.
// --check: compares instead of writing, and forge must have made the very same bytecode.
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {compile, root, settings, solc, sourcesOf} from './compiler.mjs';
import {forge} from './forge.mjs';

const target = join(root, '..', 'src', 'Modules', 'Blockchain', 'Contracts');
const contracts = ['RentalEscrow', 'PropertyRegistry'];
const check = process.argv.includes('--check');

const output = compile(sourcesOf('src'), {outputSelection: {'*': {'*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.methodIdentifiers']}}});
const problems = output.errors.filter(({severity, formattedMessage}) => severity === 'error' || !formattedMessage.includes('@openzeppelin/'));
for (const {formattedMessage} of problems) console.error(formattedMessage);
if (problems.length > 0) process.exit(1);

let stale = 0;
if (check) forge(['build', '--quiet'], {quiet: true});
for (const name of contracts) {
  const {abi, evm} = output.contracts[`src/${name}.sol`][name];
  const text = JSON.stringify({
    contract: name, compiler: solc.version(), evm_version: settings.evmVersion, optimizer_runs: settings.optimizer.runs,
    abi, method_identifiers: evm.methodIdentifiers, bytecode: `0x${evm.bytecode.object}`, deployed_bytecode: `0x${evm.deployedBytecode.object}`,
  }, null, 1) + '\n';
  const path = join(target, `${name}.json`);
  if (!check) {
    mkdirSync(target, {recursive: true});
    writeFileSync(path, text);
    console.log(`${name}: ${evm.deployedBytecode.object.length / 2} bytes deployed`);
    continue;
  }
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${name}.json isn't what the sources make: npm run contracts:build`);
    stale++;
  }
  const byForge = JSON.parse(readFileSync(join(root, 'obj', 'out', `${name}.sol`, `${name}.json`), 'utf8'));
  if (byForge.bytecode.object !== `0x${evm.bytecode.object}`) {
    console.error(`${name}: forge made other bytecode than solc; compare foundry.toml with scripts/compiler.mjs`);
    stale++;
  }
}
process.exit(stale === 0 ? 0 : 1);
