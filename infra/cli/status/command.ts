import { Command, InvalidArgumentError } from 'commander';
import { makeCorrespondence } from '../../../shared/altinn/api/correspondence.ts';
import { parseGuid } from '../../../shared/runtime/guid.ts';
import { type Cli, type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { type ExitCode, exit, Failure } from '../exit.ts';
import { makeReceiver } from '../receiver.ts';
import { compare } from './compare.ts';

interface Options extends CommonOptions {
  readonly receiver?: string;
}

export function statusCommand(): Command {
  const command = new Command('status')
    .description('what the receiver knows of a letter beside what Altinn says of it, differences marked')
    .argument('<correspondence id>', 'a GUID', toGuid);
  return withCommonOptions(
    command,
    "status 9f0c4a52-6d1b-4c1e-8a53-2f6f3c1d7e10 --env tt02 --receiver 'https://my-app.azurewebsites.net?code=…'",
  )
    .option('--receiver <url>', 'the function app, with a key (default: RECEIVER_URL)')
    .action((id: string, options: Options) => perform(options, (cli) => status(id, options, cli)));
}

async function status(id: string, options: Options, cli: Cli): Promise<ExitCode> {
  const { output } = cli;
  const address = options.receiver ?? cli.receiver;
  if (!address) throw new Failure('--receiver is missing, and RECEIVER_URL too', exit.usage);
  const receiver = makeReceiver(address);
  const correspondence = makeCorrespondence(cli.connect().platform);
  const [ours, theirs] = await Promise.all([
    receiver.status('correspondence', id),
    correspondence.details(id),
  ]);
  const comparison = compare(ours, theirs);
  const differences = comparison.filter(({ differs }) => differs).map(({ fact }) => fact);

  output.result({
    correspondenceId: id,
    differences,
    facts: comparison,
    receiver: ours ?? null,
    altinn: theirs,
  });
  const altinn = theirs.purged ? 'purged, or never there' : (theirs.status ?? 'unknown');
  const columns = (...cells: string[]) =>
    output.line(
      cells
        .map((cell) => cell.padEnd(30))
        .join('')
        .trimEnd(),
    );
  columns('', 'receiver', 'Altinn');
  columns('status', ours?.status ?? 'nothing tracked', altinn);
  for (const { fact, receiver, altinn, differs } of comparison) {
    columns(fact, receiver ?? '-', altinn ?? (theirs.purged ? '?' : '-'), differs ? '<- differs' : '');
  }
  if (!theirs.purged && theirs.dueDateTime) columns('due', '', theirs.dueDateTime);
  for (const { kind, state } of ours?.followUps ?? []) columns(`follow-up ${kind}`, state);
  return differences.length > 0 ? exit.differs : exit.ok;
}

function toGuid(text: string): string {
  const id = parseGuid(text);
  if (!id) throw new InvalidArgumentError('It is a GUID.');
  return id;
}
