import { Command } from 'commander';
import { auditCommand } from './audit.ts';
import { deadLettersCommand } from './dead-letters/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { followUpsCommand } from './follow-ups/command.ts';
import { policyCommand } from './policy/command.ts';
import { reconcileCommand } from './reconcile.ts';
import { settingsHelp } from './settings-help.ts';
import { statusCommand } from './status/command.ts';
import { deleteCommand } from './subscription/delete.ts';
import { ensureCommand } from './subscription/ensure.ts';
import { listCommand, showCommand } from './subscription/list.ts';
import { rotateCommand } from './subscription/rotate.ts';

const about = `
Exit codes:
  0  done; with doctor: nothing failed
  1  failed, or refused: by Altinn, or here because Altinn would
  2  wrong usage or settings
  3  the subscription was not validated in time
  4  status: what we know differs from what Altinn says

Settings, in the environment:
${settingsHelp('command line')}

For scripts, keep npm quiet: npm run --silent altinn -- subscription list --json`;

/** Makes the whole command line. Each command sets `process.exitCode`; wrong usage throws CommanderError. */
export function makeProgram(): Command {
  const subscription = new Command('subscription')
    .description("manage the subscriptions to Altinn's events")
    .addCommand(ensureCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(deleteCommand())
    .addCommand(rotateCommand());
  const program = new Command('altinn')
    .usage('[command]  (npm run altinn -- [command])')
    .description("Altinn's side of the receiver: subscriptions, checks, and what Altinn says of a letter")
    .addCommand(subscription)
    .addCommand(doctorCommand())
    .addCommand(statusCommand())
    .addCommand(reconcileCommand())
    .addCommand(auditCommand())
    .addCommand(followUpsCommand())
    .addCommand(deadLettersCommand())
    .addCommand(policyCommand())
    .addHelpText('after', about);
  return throwing(program);
}

function throwing(command: Command): Command {
  command.exitOverride().showHelpAfterError('(add --help for the options and an example)');
  for (const child of command.commands) throwing(child as Command);
  return command;
}
