import { Command } from 'commander';
import { closeCommand, reopenCommand, snoozeCommand } from './act.ts';
import { listCommand } from './list.ts';
import { showCommand } from './show.ts';

export function followUpsCommand(): Command {
  return new Command('follow-ups')
    .description(
      "see, close, snooze and reopen what needs attention; needs the receiver's storage, and no credentials",
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(closeCommand())
    .addCommand(snoozeCommand())
    .addCommand(reopenCommand());
}
