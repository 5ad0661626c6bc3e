// What autolog() adds to a call of an SDK, beside what others add: CPU over a bare run, which has no tracing and no context
// manager. Each contestant is a process of its own, and they take turns. Alone: `node test/bench/autolog.mjs [--quick] [name …]`.
import { execFileSync, fork } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { interleave } from './measure.mjs'

/** Versions are fixed, so that two runs compare. Of `openai` it is the newest major that all contestants know. */
const SHARED = [
  'openai@6.49.0',
  '@opentelemetry/api@1.10.0',
  '@opentelemetry/context-async-hooks@2.12.0',
  '@opentelemetry/sdk-trace-base@2.12.1',
  '@opentelemetry/instrumentation@0.223.0',
]
const PEERS = {
  openlit: 'openlit@1.15.0',
  '@traceloop/instrumentation-openai': '@traceloop/instrumentation-openai@0.27.0',
  '@arizeai/openinference-instrumentation-openai': '@arizeai/openinference-instrumentation-openai@4.2.7',
  '@opentelemetry/instrumentation-openai': '@opentelemetry/instrumentation-openai@0.22.0',
  '@langfuse/openai': '@langfuse/openai@5.11.0',
}
const CONTESTANTS = ['bare', 'span only', 'tracestitch, ES module', 'tracestitch, CommonJS', ...Object.keys(PEERS)]

// Kept between runs, and nothing of the project depends on it.
const home = join(tmpdir(), 'tracestitch-bench')

function install(packages) {
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', '--save-exact']
  execFileSync('npm', ['install', ...options, ...packages], {
    cwd: home,
    stdio: 'pipe',
    shell: process.platform === 'win32',
  })
}

/** The last line that npm said. */
function reasonOf(error) {
  return String(error.stderr ?? error)
    .trim()
    .split('\n')
    .at(-1)
}

/** Why a contestant cannot take part here, or `undefined`. */
function missing(name) {
  const entry = PEERS[name]
  if (!entry || existsSync(join(home, 'node_modules', name))) return undefined
  try {
    install([entry])
    return undefined
  } catch (error) {
    return `it cannot be installed here (${reasonOf(error)})`
  }
}

function prepare() {
  mkdirSync(join(home, 'node_modules'), { recursive: true })
  if (!existsSync(join(home, 'package.json'))) writeFileSync(join(home, 'package.json'), '{ "private": true }')
  if (!existsSync(join(home, 'node_modules/openai'))) install(SHARED)
  // The worker stands in the folder, so that what it loads is found there.
  copyFileSync(new URL('autolog-worker.cjs', import.meta.url), join(home, 'worker.cjs'))
  const ours = join(home, 'node_modules/tracestitch')
  // Of the tree that asks: a link that is there may be of another one, or of one that is gone.
  rmSync(ours, { force: true, recursive: true })
  symlinkSync(resolve(import.meta.dirname, '../..'), ours, 'junction')
}

/** A process that is asked over IPC. Rejects where the contestant does not run on this Node. */
function start(name) {
  const worker = fork(join(home, 'worker.cjs'), [name], { cwd: home, stdio: 'pipe' })
  let said = ''
  worker.stderr.on('data', (text) => (said += text))
  const next = () =>
    new Promise((resolve, reject) => {
      const onExit = () => reject(new Error(/^\w*Error.*$/m.exec(said)?.[0] ?? 'it ended'))
      worker.once('exit', onExit)
      worker.once('message', (message) => {
        worker.off('exit', onExit)
        resolve(message)
      })
    })
  const ask = (question) => {
    const answer = next()
    worker.send(question)
    return answer
  }
  return next().then(({ chunks }) => ({ chunks, ask, stop: () => worker.disconnect() }))
}

export async function benchAutolog({ rounds, calls, streams }, only = CONTESTANTS) {
  try {
    prepare()
  } catch (error) {
    console.log(`\nWhat tracing adds to a call: skipped, openai cannot be installed here (${reasonOf(error)})`)
    return
  }
  const running = {}
  console.log(`\nWhat tracing adds to a call of openai 6.49, on Node ${process.versions.node}`)
  for (const name of CONTESTANTS.filter((each) => each === 'bare' || only.includes(each))) {
    const reason = missing(name)
    const worker = reason === undefined ? await start(name).catch((error) => error) : new Error(reason)
    if (worker instanceof Error) console.log(`  ${name}: skipped, ${worker.message}`)
    else running[name] = worker
  }
  const measured = async (kind, count, per) => {
    const runs = Object.entries(running).map(([name, { ask }]) => [
      name,
      async () => (await ask({ kind, calls: count })).us / per,
    ])
    return interleave(Object.fromEntries(runs), rounds)
  }
  // What is compiled late should not count for whoever is asked first.
  for (const { ask } of Object.values(running)) {
    await ask({ kind: 'plain', calls: calls * 3 })
    await ask({ kind: 'streamed', calls: streams * 3 })
  }
  const { chunks } = running['bare']
  const plain = await measured('plain', calls, 1)
  const chunk = await measured('streamed', streams, chunks)
  for (const { stop } of Object.values(running)) stop()
  console.log(
    `  ${'CPU, microseconds'.padEnd(48)} ${'a call'.padStart(8)} ${'added'.padStart(8)} ${'a chunk'.padStart(8)} ${'added'.padStart(8)}`,
  )
  for (const name of Object.keys(running)) {
    const cells = [plain[name], plain[name] - plain.bare, chunk[name], chunk[name] - chunk.bare]
    console.log(`  ${name.padEnd(48)} ${cells.map((value, i) => value.toFixed(i < 2 ? 0 : 1).padStart(8)).join(' ')}`)
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , ...args] = process.argv
  const names = args.filter((arg) => !arg.startsWith('--'))
  const sizes = args.includes('--quick')
    ? { rounds: 5, calls: 2000, streams: 50 }
    : { rounds: 11, calls: 4000, streams: 100 }
  await benchAutolog(
    sizes,
    names.length > 0 ? CONTESTANTS.filter((name) => names.some((part) => name.includes(part))) : CONTESTANTS,
  )
}
