/**
 * Runs `stop` at the first SIGINT or SIGTERM. Repetitions are ignored: npm passes on the Ctrl-C that the
 * terminal has sent already, and a stop is bounded anyway.
 */
export function onStopSignal(stop: () => void): void {
  let stopping = false;
  const once = (): void => {
    if (stopping) return;
    stopping = true;
    stop();
  };
  process.on('SIGINT', once);
  process.on('SIGTERM', once);
}
