/** As an ES module, in the main thread or in a worker that it starts. */
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { autolog } from 'tracestitch'
import { recordSpans } from 'tracestitch/testing'
import calls from './calls.cjs'

const origin = process.env.RUNTIME_ORIGIN
const say = (outcome) => process.stdout.write(`@@${JSON.stringify(outcome)}`, () => process.exit(0))

if (process.env.RUNTIME_WORKER && isMainThread) {
  // The main thread traces too: neither may disturb the other.
  autolog({ exporter: 'none' })
  new Worker(new URL(import.meta.url)).on('message', say)
} else {
  const outcome = await calls.calls({ autolog, recordSpans, OpenAI, Anthropic, origin })
  if (isMainThread) say(outcome)
  else parentPort.postMessage(outcome)
}
