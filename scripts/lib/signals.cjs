// CommonJS and old syntax: heddle.cjs loads it before it knows which Node runs it.
'use strict';
const { isatty } = require('node:tty');

/**
 * Signals to this process reach the child too, and this process outlives it.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} what ends that, for when the child has ended
 */
function shareSignals(child) {
  // Ctrl+C, Ctrl+Break and the closing of a Windows console reach all of its processes by themselves, and what Node
  // calls a signal there would end the child at once.
  const isWindows = process.platform === 'win32';
  const signals = isWindows ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // Ctrl+C in a terminal reaches the child by itself too; a second one would mean "at once".
  const isTerminal = [0, 1, 2].some((each) => isatty(each));
  const forward = (signal) => {
    if (!isWindows && !(signal === 'SIGINT' && isTerminal)) child.kill(signal);
  };
  signals.forEach((signal) => process.on(signal, forward));
  return () => signals.forEach((signal) => process.removeListener(signal, forward));
}

module.exports = { shareSignals };
