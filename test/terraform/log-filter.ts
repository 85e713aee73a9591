/** The part of Cloud Logging's query language that our filters are written in. */

type Line = Readonly<Record<string, unknown>>;
type Condition = (line: Line) => boolean;
type Scalar = string | number | boolean;

const SEVERITIES = ['DEBUG', 'INFO', 'WARNING', 'ERROR'];
/** Where our own lines are found. */
const LOG_NAME = 'projects/my-project/logs/run.googleapis.com%2Fstdout';

/**
 * Whether a line of ours fulfils a condition. A field that is missing fulfils none, so that NOT of it holds.
 * @throws Error when the condition is written in words this does not know
 */
export function holds(condition: string, line: Line): boolean {
  const tokens = condition.match(/"[^"]*"|[()]|>=|[=><:]|[^\s()=><:"]+/g) ?? [];
  const words = tokens.values();
  let next = words.next();

  function take(expected?: string): string {
    const { value, done } = next;
    if (done === true || (expected !== undefined && value !== expected)) {
      throw new Error(`${condition}: not understood at ${value ?? 'its end'}`);
    }
    next = words.next();
    return value;
  }

  /** Parts joined by AND, or by OR: together they would need parentheses to be read. */
  function all(): Condition {
    const parts = [one()];
    const joined = next.value === 'OR' ? 'OR' : 'AND';
    while (next.value === joined) {
      take();
      parts.push(one());
    }
    return joined === 'OR'
      ? (tested) => parts.some((part) => part(tested))
      : (tested) => parts.every((part) => part(tested));
  }

  function one(): Condition {
    if (next.value === 'NOT') {
      take();
      const part = one();
      return (tested) => !part(tested);
    }
    if (next.value === '(') {
      take();
      const part = all();
      take(')');
      return part;
    }
    const field = take();
    const operator = take();
    const values = next.value === '(' ? alternatives() : [take()];
    return (tested) => values.some((value) => compare(valueOf(field, tested), operator, value));
  }

  function alternatives(): string[] {
    take('(');
    const values = [take()];
    while (next.value === 'OR') {
      take();
      values.push(take());
    }
    take(')');
    return values;
  }

  const read = all();
  if (next.done !== true) throw new Error(`${condition}: not understood at ${next.value}`);
  return read(line);
}

function valueOf(field: string, line: Line): Scalar | undefined {
  if (field === 'severity') return SEVERITIES.indexOf(String(line['severity']));
  if (field === 'logName') return LOG_NAME;
  return line[/^jsonPayload\.(\w+)$/.exec(field)?.[1] ?? ''] as Scalar | undefined;
}

function compare(actual: Scalar | undefined, operator: string, written: string): boolean {
  if (actual === undefined) return false;
  const wanted = written.replace(/"/g, '');
  const number = SEVERITIES.includes(wanted) ? SEVERITIES.indexOf(wanted) : Number(wanted);
  switch (operator) {
    case '=':
      return String(actual) === wanted;
    case ':':
      return String(actual).includes(wanted);
    case '>':
      return Number(actual) > number;
    case '<':
      return Number(actual) < number;
    case '>=':
      return Number(actual) >= number;
    default:
      throw new Error(`${operator} is not understood`);
  }
}
