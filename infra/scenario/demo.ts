import { join } from 'node:path';
import { judge } from './judge.ts';
import { readDemoOptions } from './options.ts';
import { demoOutages, demoStory } from './story.ts';
import { summary } from './summary.ts';
import { tell } from './tell.ts';

const output = join('.local', 'demo', 'receiver.log');
const stopping = new AbortController();

async function demo(): Promise<void> {
  const { letters, seed, timeScale } = readDemoOptions(process.argv);
  const began = Date.now();
  console.log(
    `A story of ${letters} letters, with seed ${seed}; a day takes ${((24 * 3600) / timeScale).toFixed(1)} s. ` +
      `What the receiver prints is in ${output}.\n`,
  );
  const evidence = await tell({
    story: { ...demoStory, letters, seed },
    outages: demoOutages,
    timeScale,
    pullEvery: 5,
    output,
    signal: stopping.signal,
    report: (line) => console.log(line),
  });
  const findings = judge(evidence);
  console.log(`\n${summary(findings)}`);
  const broken = findings.flatMap(({ broken }) => broken);
  const seconds = Math.round((Date.now() - began) / 1000);
  if (broken.length === 0) return console.log(`\nEvery promise held, in ${seconds} s.`);
  console.error(`\nThis did not hold:\n${broken.map((line) => `- ${line}`).join('\n')}`);
  console.error(
    `The same letters again: npm run demo -- --letters ${letters} --seed ${seed} --time-scale ${timeScale}`,
  );
  process.exitCode = 1;
}

/** npm passes on the terminal's Ctrl-C, which has come here already: the second changes nothing. */
function onSignal(): void {
  if (stopping.signal.aborted) return;
  console.error('\nStopping …');
  stopping.abort();
}

process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
demo().then(
  () => process.exit(),
  (error) => {
    if (!stopping.signal.aborted) console.error(error instanceof Error ? error.message : String(error));
    process.exit(stopping.signal.aborted ? 130 : 1);
  },
);
