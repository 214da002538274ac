/** What the page about threads and the page Compare say: claims and what came of them, what threads cost, work of the user. */
export const trials = {
  'claim.thread.title': 'A thread',
  'claim.thread.text-1':
    'A thread is one line of work: it does one thing, then the next. JavaScript runs on one thread with an event loop, which picks up whatever is ready and finishes it before it picks up anything else.',
  'claim.thread.text-2':
    'Putting more tasks in flight on one thread gives it more to choose from. It does not give it more hands: computing takes turns.',
  'claim.thread.claim':
    'Computing is no faster with four tasks in flight on one thread than one after another.',
  'claim.worker.title': 'A worker thread',
  'claim.worker.text-1':
    'A worker thread is a second line of work in the same process. In Node it has an isolate of its own: its own JavaScript heap, its own event loop, its own garbage collection. Nothing is shared by accident; values are copied across, and only memory that is meant to be shared is shared.',
  'claim.worker.text-2':
    'So two workers compute at the same time, as long as the machine has a core for each.',
  'claim.worker.claim': 'Two worker threads compute faster than one.',
  'claim.pool.title': 'A pool: reusing threads',
  'claim.pool.text-1':
    'Making a thread has a cost: a stack, an isolate, a heap, and code to load again. So does ending it. A pool makes a few threads before the first task and gives them one task after another.',
  'claim.pool.text-2':
    'The shorter the tasks, the more of the time goes into making threads where each task gets a new one.',
  'claim.pool.claim': 'For very short tasks a pool is faster than a new thread for each.',
  'claim.executor.title': 'An executor: a queue and a clean end',
  'claim.executor.text-1':
    'An executor stands in front of the pool. Code that has work submits it and gets a promise; the executor keeps a queue, hands a task to whichever thread is free, and is shut down once: it accepts nothing new, lets running tasks finish, and waits until its threads are gone.',
  'claim.executor.text-2':
    'It is made once for a job, not once for a task. Tasks wait in the queue, so the threads do not have to.',
  'claim.executor.claim':
    'Having many more tasks than threads is no problem: four threads of one executor serve them faster than one thread does.',
  'claim.async.title': 'Synchronous and asynchronous',
  'claim.async.text-1':
    'Synchronous work waits where it stands: the request is sent, and nothing else happens until the response is there. Asynchronous work says what to do when the response arrives, and the thread goes on with something else.',
  'claim.async.text-2':
    'Eight requests that each wait 20 ms wait together, not one after another. That takes no second thread.',
  'claim.async.claim':
    'Calls to a slow server are faster with eight in flight on one thread than one by one.',
  'claim.waiting.title': 'Waiting and computing',
  'claim.waiting.text-1':
    'Whether threads help depends on what the time goes into. Work that waits overlaps on one thread; work that computes needs a core for each part that is to run at the same time.',
  'claim.waiting.text-2':
    'So for calls to a slow server eight threads should gain nothing over eight tasks in flight on one.',
  'claim.waiting.claim':
    'For work that only waits, a pool of eight is no faster than one thread with eight tasks in flight.',
  'claim.lock.title': 'What differs from a language with a global interpreter lock',
  'claim.lock.text-1':
    'In CPython, as it is usually built, one lock lets only one thread run Python code at a time. Its ThreadPoolExecutor has the shape of the one here: submit, map, shutdown. There it helps work that waits, since a waiting thread releases the lock; it does not help work that computes, for which Python has processes.',
  'claim.lock.text-2':
    'Here each thread has an isolate of its own and no such lock. The price is that threads share no objects: arguments and results are copied, or are memory meant to be shared.',
  'claim.lock.claim':
    'Computing is faster on a pool of two threads than one by one. With a global lock it would not be.',

  // `found`: one of the first three. `names` as they are spoken: the pool, the event loop.
  'claim.found.faster': '{second} was faster than {first}: {ratio} as fast, 95 % interval {interval}',
  'claim.found.slower': '{second} was slower than {first}: {ratio} as fast, 95 % interval {interval}',
  'claim.found.same':
    'no clear difference between {second} and {first}: {ratio} as fast, 95 % interval {interval}',
  'claim.held': 'As predicted, {found}.',
  'claim.unclear': 'Not clear on this machine now: {found}. {why}',
  'claim.not-held': 'Not as predicted on this machine: {found}. {why}',
  'claim.busy': 'Other work kept the processor busy for {share} of the time. Try again when that is over.',
  'claim.few-cores':
    'It has {cores, plural, one {# core} other {# cores}} for {threads, plural, one {# thread} other {# threads}}.',
  'claim.measurement-counts': 'The measurement counts, not the prediction.',
  'claim.threads-made':
    '{name}: {threads, plural, one {# thread} other {# threads}} made for {tasks, plural, one {# task} other {# tasks}}',

  'cost.creation': 'Creation',
  'cost.creation.by-hand': 'A new thread for each task',
  'cost.creation.by-hand.measured': 'A new thread for each task: {time} each here',
  'cost.creation.pool': 'A few threads before the first task',
  'cost.creation.pool.measured':
    '{threads, plural, one {# thread} other {# threads}} before the first task: {time} once',
  'cost.reuse': 'Reuse',
  'cost.reuse.by-hand': 'None',
  'cost.reuse.by-hand.measured':
    'None: {tasks, plural, one {# task} other {# tasks}}, {threads, plural, one {# thread} other {# threads}}',
  'cost.reuse.pool': 'A thread runs one task after another',
  'cost.reuse.pool.measured':
    '{tasks, plural, one {# task} other {# tasks}}, {threads, plural, one {# thread} other {# threads}}: {each, number} each',
  'cost.reuse.pool.about':
    '{tasks, plural, one {# task} other {# tasks}}, {threads, plural, one {# thread} other {# threads}}: about {each, number} each',
  'cost.management': 'Management',
  'cost.management.by-hand': 'You start, count and await them, and catch what they throw',
  'cost.management.by-hand.measured':
    'You start {threads, number}, await {threads, number} ends and catch what each throws',
  'cost.management.pool': 'submit and shutdown; a thread that dies is replaced',
  'cost.management.pool.measured': '2 calls: submit and shutdown; a thread that dies is replaced',
  'cost.scalability': 'Scalability',
  'cost.scalability.by-hand': 'As many threads as tasks',
  'cost.scalability.by-hand.measured': '{threads, number} at once: {bytes}, {time}',
  'cost.scalability.pool': 'Tasks wait, a few threads run',
  'cost.scalability.pool.measured': '{waiting, number} waiting, {running, number} running: {bytes}, {time}',
  'cost.note':
    '{runs, plural, one {Measured here, one run of each: the machine was too busy for more.} other {Measured here, # runs of each, medians.}} Each task computes for about a millisecond.',
  'cost.note.reduced':
    '{note} {count, plural, one {# thread} other {# threads}} at once instead of 300: more could have filled the memory.',
  'short.thread':
    'A thread does one thing at a time, and making one costs time and memory; so make a few and reuse them.',
  'short.thread.measured':
    'A thread does one thing at a time, and making one costs time and memory ({time} here); so make a few and reuse them.',
  'short.executor':
    'An executor puts a queue before a few threads: tasks wait there, and a free thread takes the next one.',
  'short.helps':
    'Threads help while something else is waited for (servers, disks, clients), and for computing as far as there are cores.',
  'short.beyond':
    'Beyond that, more threads only share the same cores and take more memory; what your own work gains, Compare measures.',

  // `what`: names of files and folders.
  'own.download': 'Download · {what}',
  'own.download.lines': 'Download · {count, plural, one {# line} other {# lines}}',
  'own.hash': 'Hash · {what}',
  'own.verify': 'Verify',
  'own.verify.of': 'Verify · {what}',
  'own.copy': 'Copy · {what}',
  'own.several': '{first} and {count, number} more',
  'draft.fault.own': 'Choose a job whose work is compared.',
  'draft.fault.latency': 'The latency must be a whole number from 0 to {most, number} milliseconds.',
  'draft.fault.tasks': 'The tasks must be a whole number from 1 to {most, number}.',
  'draft.fault.size': 'Tasks in flight must be a whole number from 1 to {most, number}.',
  'draft.fault.repeats': 'The repeats must be a whole number from 1 to {most, number}.',
  'draft.fault.modes': 'Choose two modes, or a mode and more pool sizes, to compare.',
  'draft.run': 'Run',
  'draft.run-again': 'Run again',
  'draft.compare': 'Compare the modes',
  'draft.search': 'Find the best pool size',
  'draft.search-again': 'Search again',

  // What a person can do about a failure, by its code.
  'hint.http-401':
    'Start the download again with a login: under Options in New download, or -u in the terminal.',
  'hint.http-403': 'Check that the address is public, or start the download again with a login.',
  'hint.http-404': 'The server has no such file. Check the address for a typing error.',
  'hint.http-410': 'The file is gone for good. Remove its address from the list.',
  'hint.http-429': 'The server asks for fewer requests. Retry later, with fewer connections.',
  'hint.disk-full': 'Free some disk space, then retry what failed.',
  'hint.target-exists': 'Move or rename the existing file, then retry.',
  'hint.permission-denied': 'Change the permissions, then retry.',
  'hint.length-mismatch': 'The transfer was cut short. Retry.',
  'hint.bad-url': 'Only http and https addresses can be downloaded. Correct the line in the list.',
  'hint.server': 'The server has a problem. Retry later.',
  'hint.retryable': 'Retrying may help.',
} as const;
