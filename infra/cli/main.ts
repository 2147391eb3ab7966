#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exit } from './exit.ts';
import { makeProgram } from './program.ts';

// Who reads may have read enough (`| head -1`). The work goes on, and the exit code tells how it ended.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

makeProgram()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exit.ok : exit.usage;
    } else {
      // Not thrown on: Node.js would print the line that it is from, and a minified line is long.
      console.error(error instanceof Error ? error.stack : error);
      process.exitCode = exit.failed;
    }
  });
