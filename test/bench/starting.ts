import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { median, table } from './report.ts';

const rounds = 15;
const directory = join('.local', 'bench');

/** Compares the load time of the deployed bundle with the same imports unbundled, in turns, above an empty process. */
export async function benchStarting(connectionString: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const unbundled = join(directory, 'unbundled.js');
  await build({
    entryPoints: ['functions/index.ts'],
    outfile: unbundled,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  // What the worker answers for `@azure/functions-core`, as little of it as loading needs.
  const core = join(directory, 'core.js');
  writeFileSync(
    core,
    `const M=require('node:module');const r=M.prototype.require;const c={registerFunction(){},registerHook(){},setProgrammingModel(){}};
M.prototype.require=function(id){return id==='@azure/functions-core'?c:Reflect.apply(r,this,[id])};\n`,
  );
  const empty = join(directory, 'empty.js');
  writeFileSync(empty, '');

  const env = { ...process.env, AzureWebJobsStorage: connectionString };
  const took = (entry: string) => {
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ['--require', resolve(core), resolve(entry)], {
      env,
    });
    if (status !== 0) throw new Error(`${entry} ended with ${status}: ${stderr}`);
    return performance.now() - began;
  };
  const entries = { empty, bundle: 'dist/index.js', unbundled };
  const times = { empty: [] as number[], bundle: [] as number[], unbundled: [] as number[] };
  for (let round = -2; round < rounds; round++) {
    for (const name of Object.keys(entries) as (keyof typeof entries)[]) {
      const time = took(entries[name]);
      if (round >= 0) times[name].push(time);
    }
  }
  const above = (name: 'bundle' | 'unbundled') =>
    median(times[name].map((time, round) => time - (times.empty[round] as number)));
  console.log(`\nStarting: load time above an empty Node.js process (medians of ${rounds}, in turns)\n`);
  table(
    ['', 'ms', '÷ unbundled'],
    [
      [
        'the bundle that is deployed',
        above('bundle').toFixed(0),
        (above('bundle') / above('unbundled')).toFixed(2),
      ],
      ['the same imports unbundled', above('unbundled').toFixed(0), '1.00'],
    ],
  );
  rmSync(directory, { recursive: true });
}
