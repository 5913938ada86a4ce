// npm's solc (WebAssembly) with the settings of foundry.toml, so that both make the same bytecode. Everything is on this disk.
import {createRequire} from 'node:module';
import {readFileSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const require = createRequire(join(root, 'package.json'));
export const solc = require('solc');

export const settings = {evmVersion: 'cancun', viaIR: false, optimizer: {enabled: true, runs: 1000}, metadata: {bytecodeHash: 'none', appendCBOR: false}};

/** The sources of a folder as solc wants them: {"src/X.sol": {content}}. */
export const sourcesOf = folder => Object.fromEntries(readdirSync(join(root, folder)).sort().filter(file => file.endsWith('.sol'))
  .map(file => [`${folder}/${file}`, {content: readFileSync(join(root, folder, file), 'utf8')}]));

const findImport = path => {
  try {
    return {contents: readFileSync(path.startsWith('@') ? require.resolve(path) : join(root, path), 'utf8')};
  } catch (error) {
    return {error: error.message};
  }
};

/** Compiles; prints warnings and errors, and ends the process at either. */
export function compile(sources, more, callbacks = {}) {
  const output = JSON.parse(solc.compile(JSON.stringify({language: 'Solidity', sources, settings: {...settings, ...more}}), {import: findImport, ...callbacks}));
  return {...output, errors: output.errors ?? []};
}
