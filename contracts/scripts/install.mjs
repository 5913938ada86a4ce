// Installs contracts/package-lock.json, unless this very lock is installed already. The contracts' tools are apart from the product's packages: only ./test needs them.
import {spawnSync} from 'node:child_process';
import {existsSync, copyFileSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [lock, stamp] = [join(root, 'package-lock.json'), join(root, 'node_modules', '.installed-lock')];
if (!existsSync(stamp) || !readFileSync(stamp).equals(readFileSync(lock))) {
  const run = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'], {cwd: root, stdio: 'inherit', shell: process.platform === 'win32'});
  if (run.status !== 0) {
    console.error('npm ci failed in contracts/: is the npm registry within reach?');
    process.exit(1);
  }
  copyFileSync(lock, stamp);
}
