import { CommanderError } from 'commander';
import { exit } from './exit.ts';
import { makeProgram } from './program.ts';

makeProgram()
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exit.ok : exit.usage;
  });
