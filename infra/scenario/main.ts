import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { summary } from './finding.ts';
import { judge } from './judge.ts';
import { playStory } from './play.ts';
import { firstPolicy, secondPolicy, withoutKind } from './policies.ts';
import { demoAway, demoOutages, demoStory } from './story.ts';

interface Options {
  readonly letters: number;
  readonly seed: number;
  /** Simulated seconds in a second. */
  readonly timeScale: number;
  /** Whether the receiver has a policy. */
  readonly policy: boolean;
}

const log = join('.local', 'demo', 'receiver.log');
// Of every letter that has a due date and is not read, `unread` would ask Altinn once more.
const demoPolicies = [firstPolicy, secondPolicy].map((policy) => withoutKind(policy, 'unread'));
const stopping = new AbortController();

async function main(): Promise<void> {
  const { letters, seed, timeScale, policy } = readOptions();
  const began = Date.now();
  console.log(
    `A story of ${letters} letters, with seed ${seed}; a day takes ${((24 * 3600) / timeScale).toFixed(1)} s. ` +
      `What the receiver prints is in ${log}.\n`,
  );
  const evidence = await playStory({
    story: { ...demoStory, letters, seed },
    outages: demoOutages,
    away: demoAway(letters),
    timeScale,
    policies: policy ? demoPolicies : [],
    log,
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
    `The same letters again: npm run demo -- --letters ${letters} --seed ${seed} --time-scale ${timeScale}${policy ? '' : ' --no-policy'}`,
  );
  process.exitCode = 1;
}

/** Reads the command line; says what is wrong with it, or what there is to say to `--help`, and ends the process. */
function readOptions(): Options {
  return new Command('demo')
    .description(
      'Plays a story of letters: a simulated Altinn pushes to the receiver on this machine, which is killed twice, ' +
        'and what came of each letter is compared. Exits with 1 when a promise did not hold.',
    )
    .option('--letters <number>', 'how many letters', whole(1, 20_000), 300)
    .addOption(
      new Option('--seed <number>', 'the same seed is the same letters')
        .default(randomInt(1_000_000), 'drawn')
        .argParser(whole(0, 2 ** 31)),
    )
    .option(
      '--time-scale <number>',
      'simulated seconds in a second; 20000 makes a day 4.3 s',
      whole(100, 100_000),
      20_000,
    )
    .option('--no-policy', 'the receiver has no policy: every follow-up has one step, the webhook')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run demo\n  npm run demo -- --letters 2000 --seed 7 --time-scale 10000',
    )
    .parse()
    .opts();
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** npm passes on the terminal's Ctrl-C, which has come here already: the second changes nothing. */
function onSignal(): void {
  if (stopping.signal.aborted) return;
  console.error('\nStopping …');
  stopping.abort();
}

process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
main().then(
  () => process.exit(),
  (error) => {
    if (!stopping.signal.aborted) console.error(error instanceof Error ? error.message : String(error));
    process.exit(stopping.signal.aborted ? 130 : 1);
  },
);
