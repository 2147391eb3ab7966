import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { median, table } from './report.ts';

const rounds = 15;
const directory = join('.local', 'bench');
const names = ['empty', 'bundle', 'telemetry', 'unbundled'] as const;
type Name = (typeof names)[number];

/** Compares the load time of the deployed bundle with the same imports unbundled, in turns, above an empty process. */
export async function benchStarting(connectionString: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const unbundled = join(directory, 'unbundled.js');
  await build({
    entryPoints: ['functions/index.ts'],
    outfile: unbundled,
    bundle: true,
    packages: 'external',
    external: ['./telemetry.js'],
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

  const entries = { empty, bundle: 'dist/index.js', telemetry: 'dist/index.js', unbundled };
  const telemetry = { OPEN_TELEMETRY: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  const took = (name: Name) => {
    const entry = entries[name];
    const env = {
      ...process.env,
      AzureWebJobsStorage: connectionString,
      ...(name === 'telemetry' && telemetry),
    };
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ['--require', resolve(core), resolve(entry)], {
      env,
    });
    if (status !== 0) throw new Error(`${entry} ended with ${status}: ${stderr}`);
    return performance.now() - began;
  };
  const times: Record<Name, number[]> = { empty: [], bundle: [], telemetry: [], unbundled: [] };
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const time = took(name);
      if (round >= 0) times[name].push(time);
    }
  }
  const above = (name: Name) =>
    median(times[name].map((time, round) => time - (times.empty[round] as number)));
  console.log(`\nStarting: load time above an empty Node.js process (medians of ${rounds}, in turns)\n`);
  const row = (title: string, name: Name) => [
    title,
    above(name).toFixed(0),
    (above(name) / above('unbundled')).toFixed(2),
  ];
  table(
    ['', 'ms', '÷ unbundled'],
    [
      row('the bundle that is deployed', 'bundle'),
      row('the same with OpenTelemetry', 'telemetry'),
      row('the same imports unbundled', 'unbundled'),
    ],
  );
  rmSync(directory, { recursive: true });
}
