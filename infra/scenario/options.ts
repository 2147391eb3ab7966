import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';

export interface DemoOptions {
  readonly letters: number;
  readonly seed: number;
  /** Simulated seconds in a second. */
  readonly timeScale: number;
}

/** Reads the command line; says what is wrong with it, or what there is to say to `--help`, and ends the process. */
export function readDemoOptions(argv: readonly string[]): DemoOptions {
  return new Command('demo')
    .description(
      'Plays a story of letters: a simulated Altinn pushes to the receiver on this machine, which is killed twice, ' +
        'and what came of each letter is compared. Exits with 1 when a promise did not hold.',
    )
    .addOption(new Option('--letters <number>', 'how many letters').default(500).argParser(whole(1, 20_000)))
    .addOption(
      new Option('--seed <number>', 'the same seed is the same letters')
        .default(randomInt(1_000_000), 'drawn')
        .argParser(whole(0, 2 ** 31)),
    )
    .addOption(
      new Option('--time-scale <number>', 'simulated seconds in a second; 24000 makes a day 3.6 s')
        .default(24_000)
        .argParser(whole(100, 100_000)),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  npm run demo\n  npm run demo -- --letters 2000 --seed 7 --time-scale 10000',
    )
    .parse(argv as string[])
    .opts();
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
