/** Several processes that share the port of a gateway: one starts the others, and replaces those that end. */
import cluster, { type Worker } from 'node:cluster'
import type { Figures } from '../gateway/prometheus.js'
import type { Terminal } from './command.js'
import type { WorkerLink } from './gateway-run.js'
import { FigureRounds, type FromWorker, type ToWorker } from './worker-figures.js'
import { untilStopped, whenSignalled } from './signals.js'

/** The name of a worker among the others: that of the one that it replaces. */
const NAME = 'TRACESTITCH_WORKER'
/** A worker that ends sooner, in milliseconds, is not replaced at once. */
const SHORT_LIFE = 2_000
const FIRST_WAIT = 100
const LONGEST_WAIT = 5_000

const STOPS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']

export const isWorker = (): boolean => cluster.isWorker && process.env[NAME] !== undefined

/** Starts the workers, and resolves when all have ended, with the exit code. */
export async function runWorkers(count: number, { out, error: say }: Terminal): Promise<number> {
  // Workers accept connections themselves. One that this process had accepted for a worker that dies meanwhile would hang: nobody
  // would close it.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  const rounds = new FigureRounds()
  let serves = false
  let stopping = false
  const start = (name: number, wait = FIRST_WAIT): Promise<string | undefined> => {
    const worker = cluster.fork({ [NAME]: String(name) })
    const begun = performance.now()
    rounds.join(worker)
    worker.once('exit', (code: number | null, signal: string | null) => {
      rounds.leave(worker)
      if (stopping || !serves) return
      const isShort = performance.now() - begun < SHORT_LIFE
      say(`tracestitch: worker ${name} has ended (${signal ?? code}), and is replaced\n`)
      setTimeout(
        () => stopping || void start(name, isShort ? Math.min(LONGEST_WAIT, wait * 2) : FIRST_WAIT),
        isShort ? wait : 0,
      )
    })
    return greetingOf(worker)
  }
  const stopped = untilStopped(STOPS).then(() => {
    stopping = true
    say('tracestitch: closing; open answers may end, and another signal ends the processes at once\n')
    tellAll('SIGTERM')
    void untilStopped(STOPS).then((signal) => {
      tellAll('SIGKILL')
      process.kill(process.pid, signal)
    })
  })
  // What is wrong with the configuration, the first one says.
  const greeting = await start(1)
  if (greeting === undefined) return stopping ? 0 : 1
  serves = true
  await Promise.all(Array.from({ length: count - 1 }, (_, i) => start(i + 2)))
  if (!stopping) out(greeting)
  const endHangUp = whenSignalled('SIGHUP', () => tellAll('SIGHUP'))
  await stopped
  endHangUp()
  await Promise.all(workers().map((worker) => new Promise((resolve) => worker.once('exit', resolve))))
  return 0
}

const workers = (): readonly Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)

function tellAll(signal: NodeJS.Signals): void {
  for (const worker of workers()) worker.process.kill(signal)
}

/** What the worker says when it serves; `undefined` if it ends before. */
function greetingOf(worker: Worker): Promise<string | undefined> {
  return new Promise((resolve) => {
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'serves') resolve(message.greeting)
    })
    worker.once('exit', () => resolve(undefined))
  })
}

/** The worker's side. */
export function workerLink(): WorkerLink {
  const send = (message: FromWorker): void => void process.send?.(message)
  let own: (() => Figures) | undefined
  let asked = 0
  const waiting = new Map<number, (all: readonly Figures[]) => void>()
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'figures?') {
      if (own) send({ kind: 'figures', round: message.round, figures: own() })
    } else {
      waiting.get(message.id)?.(message.all)
      waiting.delete(message.id)
    }
  })
  // The terminal sends this one to all processes; the first of them says when to end.
  process.on('SIGINT', () => undefined)
  return {
    signals: ['SIGTERM'],
    close: () => void cluster.worker?.disconnect(),
    greet: (greeting) => send({ kind: 'serves', greeting }),
    figures: {
      worker: process.env[NAME] ?? '',
      offer: (figures) => (own = figures),
      gather: () =>
        new Promise((resolve) => {
          asked += 1
          waiting.set(asked, resolve)
          send({ kind: 'gather', id: asked })
        }),
    },
  }
}
