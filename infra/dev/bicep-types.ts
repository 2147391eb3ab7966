/**
 * Writes the schemas that the tests check infra/azure against. Run by hand, where a resource type is added:
 *
 *     node --import tsx infra/dev/bicep-types.ts Microsoft.Web/sites …
 *
 * Without types it writes anew what is there. They come from `@azure/mcp-linux-x64`, which npm has and which answers
 * without a network; it knows one version of a type, the newest that it holds. No dependency: it is 59 MB.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compact } from './bicep-schema.ts';

const version = '2.0.5';
const directory = 'test/fixtures/bicep-types';
const work = mkdtempSync(join(tmpdir(), 'bicep-types-'));
execFileSync('npm', ['pack', '--silent', `@azure/mcp-linux-x64@${version}`], { cwd: work });
const [archive] = readdirSync(work) as [string];
execFileSync('tar', ['xzf', archive], { cwd: work });

mkdirSync(directory, { recursive: true });
const there = existsSync(directory) ? readdirSync(directory).map((file) => typeOf(file)) : [];
for (const type of new Set([...there, ...process.argv.slice(2)])) {
  const answer = ask(type);
  if (answer) writeFileSync(join(directory, fileOf(type)), `${JSON.stringify(compact(answer), null, 2)}\n`);
  console.log(answer ? `wrote ${type}` : `there is no schema of ${type}`);
}

function ask(type: string) {
  const { status, stdout } = spawnSync(
    join(work, 'package/dist/azmcp'),
    ['bicepschema', 'get', '--resource-type', type],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  return status === 0 ? JSON.parse(stdout).results.BicepSchemaResult : undefined;
}

function fileOf(type: string): string {
  return `${type.replaceAll('/', '~')}.json`;
}

function typeOf(file: string): string {
  return file.replace(/\.json$/, '').replaceAll('~', '/');
}
