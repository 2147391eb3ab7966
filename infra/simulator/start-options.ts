import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { prettifyError, ZodError } from 'zod';
import { type KnobChanges, readKnobs } from './knobs.ts';
import { type Story, storySchema } from './story/story.ts';

export interface StartOptions {
  readonly port: number;
  readonly timeScale: number;
  readonly seed?: number;
  readonly resource: readonly string[];
  readonly startTime?: Date;
  readonly knobs: KnobChanges;
  readonly story?: Story;
}

/** Reads the command line; says what is wrong with it, or what there is to say to `--help`, and ends the process. */
export function readStartOptions(argv: readonly string[], defaultResource: string): StartOptions {
  const command = new Command('altinn:local')
    .description('A simulated Altinn on this machine: Maskinporten, subscriptions, push, pull and letters.')
    .addOption(
      new Option('--port <number>', 'where it listens, 0 for a free port')
        .env('PORT')
        .default(7080)
        .argParser(number(0, 65_535)),
    )
    .addOption(
      new Option('--time-scale <number>', 'simulated seconds in a second; 3600 makes an hour a second')
        .default(1)
        .argParser(number(0, 10_000_000)),
    )
    .addOption(
      new Option('--seed <number>', 'makes the ids of letters the same each time').argParser(
        number(0, 2 ** 31),
      ),
    )
    .addOption(
      new Option('--start-time <time>', 'what the simulated clock shows at first').argParser((text) => {
        if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('It is no time.');
        return new Date(text);
      }),
    )
    .option('--resource <id...>', 'ids of resources', [defaultResource])
    .option('--story <file>', 'plays the story in a JSON file once a subscription is validated')
    .option('--knob <name=value...>', 'what goes wrong, such as losePush=0.1 or apis.events.serverError=0.2')
    .addHelpText('after', '\nExample: npm run altinn:local -- --time-scale 3600 --knob duplicateNewId=0.1')
    .parse(argv as string[]);
  const { knob = [], story, ...options } = command.opts();
  try {
    return {
      ...(options as Pick<StartOptions, 'port' | 'timeScale' | 'resource'>),
      knobs: readKnobs(knob),
      ...(story && { story: readStory(story) }),
    };
  } catch (error) {
    const why = error instanceof ZodError ? prettifyError(error) : (error as Error).message;
    return command.error(`error: ${why}`);
  }
}

function readStory(path: string): Story {
  const story = JSON.parse(readFileSync(path, 'utf8'));
  storySchema.parse(story);
  return story;
}

function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}
