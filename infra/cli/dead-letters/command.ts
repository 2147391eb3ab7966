import { Command } from 'commander';
import { listCommand, showCommand } from './list.ts';
import { redriveCommand } from './redrive.ts';

export function deadLettersCommand(): Command {
  return new Command('dead-letters')
    .description(
      "see and redrive what could not be processed; needs the receiver's storage, and no credentials",
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(redriveCommand());
}
