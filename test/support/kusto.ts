import { createRequire } from 'node:module';

/** The tables of a Log Analytics workspace that queries read, with the columns that they use. */
const tables = {
  AppTraces:
    '(TimeGenerated: datetime, Message: string, SeverityLevel: int, OperationId: string, AppRoleName: string, ItemCount: int)',
  AppRequests:
    '(TimeGenerated: datetime, Name: string, ResultCode: string, Success: bool, DurationMs: real, ItemCount: int)',
  Usage:
    '(TimeGenerated: datetime, DataType: string, Quantity: real, QuantityUnit: string, IsBillable: bool)',
} as const;

interface Diagnostic {
  readonly Message: string;
  readonly Start: number;
}

let language: { readonly parse: (text: string) => Code } | undefined;

interface Code {
  readonly problems: readonly string[];
  readonly columns: readonly string[];
}

/** What Microsoft's own parser of KQL says against a query, and the columns of its result. */
export function analyze(query: string): Code {
  language ??= load();
  return language.parse(query);
}

/** It is a .NET library compiled to two scripts that put themselves on `globalThis`. */
function load() {
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  // biome-ignore lint/suspicious/noExplicitAny: its declarations are for globals, 1.7 MB of them
  const { KustoCode, GlobalState, Symbols } = (globalThis as any).Kusto.Language;
  const symbols = Object.entries(tables).map(
    ([name, schema]) => new Symbols.TableSymbol.$ctor7(name, schema, null),
  );
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', symbols));
  return {
    parse(query: string): Code {
      const code = KustoCode.ParseAndAnalyze(query, globals);
      const found = listed<Diagnostic>(code.GetDiagnostics());
      const columns = listed<{ Name: string }>(code.ResultType?.Columns);
      return {
        problems: found.map(({ Message, Start }) => `at ${Start}: ${Message}`),
        columns: columns.map(({ Name }) => Name),
      };
    },
  };
}

function listed<T>(list: { Count: number; getItem(index: number): T } | undefined | null): readonly T[] {
  return list ? Array.from({ length: list.Count }, (_, index) => list.getItem(index)) : [];
}
