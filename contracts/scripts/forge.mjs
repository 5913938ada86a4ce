// Runs forge's own binary (its npm wrapper wants a postinstall script): node scripts/forge.mjs test …
import {spawnSync} from 'node:child_process';
import {chmodSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {root, require} from './compiler.mjs';

const cpu = {x64: 'amd64', arm64: 'arm64'}[process.arch];
let program;
try {
  program = join(dirname(require.resolve(`@foundry-rs/forge-${process.platform}-${cpu}/package.json`)), 'bin', process.platform === 'win32' ? 'forge.exe' : 'forge');
} catch {
  console.error(`npm has no forge for ${process.platform} on ${process.arch}. The contracts can be tested on Linux (x64), macOS (Apple silicon) and Windows.`);
  process.exit(1);
}

/** forge with these arguments in the contracts folder; answers what it printed, or ends the process when forge fails. */
export function forge(args, {profile = 'default', quiet = false} = {}) {
  if (process.platform !== 'win32') chmodSync(program, 0o755);
  const run = spawnSync(program, args, {
    cwd: root, encoding: 'utf8', stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'], maxBuffer: 1 << 28,
    env: {...process.env, FOUNDRY_PROFILE: profile, FOUNDRY_DISABLE_NIGHTLY_WARNING: '1', NO_COLOR: '1'},
  });
  if (run.error) throw run.error;
  if (run.status !== 0) {
    if (quiet) process.stdout.write(run.stdout);
    process.exit(run.status ?? 1);
  }
  return run.stdout;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [first, ...rest] = process.argv.slice(2);
  if (first === 'nightly') forge(['test', ...rest], {profile: 'nightly'});
  else forge([first, ...rest].filter(Boolean));
}
