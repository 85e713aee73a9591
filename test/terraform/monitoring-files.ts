/** Reads what monitoring needs of the log from the Terraform files, without Terraform. */
import { readFileSync } from 'node:fs';

/** A metric or an alert, as far as it is about lines of the log. */
export interface LogUse {
  readonly key: string;
  /** What a line must fulfil, as in Cloud Logging. */
  readonly conditions: readonly string[];
  /** The events it names, also to leave them out. */
  readonly events: readonly string[];
  /** Every field of a line that it names. */
  readonly fields: readonly string[];
  /** The field whose number is recorded. */
  readonly value: string | undefined;
  /** How labels are extracted, by their names. */
  readonly labels: ReadonlyMap<string, string>;
}

export interface Alert {
  readonly key: string;
  readonly title: string;
  readonly severity: string;
  /** Keys of the metrics that its query reads. */
  readonly metrics: readonly string[];
}

const readTerraform = (name: string) => readFileSync(`terraform/${name}.tf`, 'utf8');

/** The metrics made of log lines. */
export function logMetrics(): LogUse[] {
  return entriesOf(readTerraform('monitoring-metrics')).map(logUse);
}

/** The alerts about single lines. */
export function logAlerts(): LogUse[] {
  return entriesOf(readTerraform('monitoring-alerts')).map(logUse);
}

/** All alerts. */
export function alerts(): Alert[] {
  const files = ['monitoring-alerts', 'monitoring-rules'];
  return files
    .flatMap((file) => entriesOf(readTerraform(file)))
    .map(([key, text]) => ({
      key,
      title: /^ +title += "(.+)"$/m.exec(text)?.[1] ?? '',
      severity: /^ +severity += "(.+)"$/m.exec(text)?.[1] ?? '',
      metrics: allOf(/local\.series\.(\w+)/g, text),
    }));
}

/** What a query demands of a metric made of logs. */
export interface Demand {
  readonly metric: string;
  readonly label: string;
  /** One of them; none: any. */
  readonly values: readonly string[];
}

/** What the queries of alerts and dashboard demand of labels that are extracted from lines. */
export function demands(): Demand[] {
  const quickTypes = /quick_types = "(.+)"/.exec(readTerraform('monitoring-queries'))?.[1] ?? '';
  const text = (readTerraform('monitoring-rules') + readTerraform('monitoring-dashboard'))
    .replace(/\\"/g, '"')
    .replaceAll('${local.quick_types}', quickTypes);
  const selectors = text.matchAll(/local\.series\.(\w+)\}(?:_\w+)?", \$\{local\.at\.\w+\}(.*?)\}/g);
  return [...selectors].flatMap(([, metric = '', matchers = '']) =>
    [...matchers.matchAll(/, (\w+)=~?"([^"]+)"/g)].map(([, label = '', values = '']) => {
      return { metric, label, values: values === '.+' ? [] : values.split('|') };
    }),
  );
}

/** The questions of the dashboard's tiles. */
export function tileTitles(): string[] {
  return allOf(/^ {10}title += "(.+)"$/gm, readTerraform('monitoring-dashboard'));
}

/** The entries of the first map in a file, as `terraform fmt` indents them. */
function entriesOf(file: string): [key: string, text: string][] {
  return [...file.matchAll(/^ {4}(\w+) = \{\n([\s\S]*?)^ {4}\}$/gm)].map(
    ([, key = '', text = '']) => [key, text],
  );
}

function logUse([key, text]: readonly [key: string, text: string]): LogUse {
  const code = text.replace(/^ *#.*$/gm, '');
  const listed = allOf(/"(\w+)"/g, /^ +events += \[(.*)\]$/m.exec(code)?.[1] ?? '');
  const ofEvents = listed.map((event) => `jsonPayload.event="${event}"`).join(' OR ');
  const written = allOf(/"((?:[^"\\]|\\.)*)"/g, code)
    .map(unescaped)
    .filter((one) => /^(NOT )?\(?(jsonPayload|severity|logName)/.test(one));
  const conditions = listed.length === 0 ? written : [`(${ofEvents})`, ...written];
  const extractors = code.matchAll(/(\w+) += "((?:REGEXP_)?EXTRACT\((?:[^"\\]|\\.)*)"/g);
  return {
    key,
    conditions,
    events: conditions
      .flatMap((one) => allOf(/jsonPayload\.event=("\w+"|\(.*?\))/g, one))
      .flatMap((names) => allOf(/"(\w+)"/g, names)),
    fields: [...new Set(allOf(/jsonPayload\.(\w+)/g, code))],
    value: /^ +value += "EXTRACT\(jsonPayload\.(\w+)\)"$/m.exec(code)?.[1],
    labels: new Map(
      [...extractors]
        .filter(([, name]) => name !== 'value')
        .map(([, name = '', extractor = '']) => [name, unescaped(extractor)]),
    ),
  };
}

const unescaped = (text: string) => text.replace(/\\"/g, '"');

function allOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}
