/** Tests that sleep against a clock which nobody holds, or draw without a seed: they fail now and then, and not when asked. */
import type { Sources } from './sources.js'

/** What sleeps, or draws. A test that calls `holdTime()` holds the timers that it sets. */
const SLEEPS = /\bsetTimeout\b|\btimers\/promises\b|\bAbortSignal\.timeout\b|\bkit\.wait\(/
/** Its limit is a second, and no setting's. */
const HURRIES = /\bvi\.waitFor\(/
const DRAWS = /\bMath\.random\b/
const HOLDS = /\bholdTime\(\)|\bvi\.useFakeTimers\(/

/** Folders whose files run by themselves, on time of their own or to measure it. */
const ELSEWHERE = /^test\/(?:bench|simulation|apps|fixtures)\//

/** Files that may, with the reason: a server or a process of its own has a clock that no test holds. */
export const mayBeTimed: Readonly<Record<string, string>> = {
  'test/support/eventually.ts': 'looks again and again for what it waits for, and ends as soon as it is there',
  'test/support/fake-provider.ts': 'sends the pieces of a stream apart, to processes of their own',
  'test/demo.test.ts': 'looks again and again at what the demo prints, and kills one that hangs',
  'test/package.test.ts': 'an application of its own looks whether anything goes out in the meantime',
  'test/autolog/load-watch.test.ts': 'an application of its own waits for what is found late, or is not looked for',
  'test/client/budgets-processes.test.ts': 'outlasts a lease in Redis, which has its own clock',
  'test/client/chaos-leftovers.test.ts': 'callers go away at any moment; nothing hangs on which',
  'test/client/types.test-d.ts': 'is never run',
  'test/contracts/mcp-rows.ts': 'a process of its own; the spans are waited for, and nothing hangs on how long',
  'test/contracts/plain-rows.ts': 'a process of its own; the spans are waited for, and nothing hangs on how long',
  'test/contracts/whole-rows.ts': 'the same',
  'test/integrations/ai.case.ts': 'a process of its own; the spans are waited for, and nothing hangs on how long',
  'test/integrations/langchain.case.ts':
    'a process of its own; the spans are waited for, and nothing hangs on how long',
  'test/integrations/openai-responses-ws.case.ts': 'a process of its own, whose other end answers in a later turn',
  'test/integrations/child.ts': 'looks again and again for the end of spans',
  'test/integrations/nesting.test.ts': 'the program of the test sets a timer; nothing hangs on how long',
  'test/user/edge.test.ts': 'names the globals of a browser; nothing is timed',
  'test/stores/allowances-processes.test.ts': 'outlasts a lease in Redis, which has its own clock',
  'test/stores/contract.test.ts': 'lets time pass on the clock of Redis',
  'test/stores/processes.test.ts': 'other processes make their calls at once only if an answer takes a moment',
  'test/stores/redis-allowances.test.ts': 'outlasts leases in Redis, which has its own clock',
  'test/stores/redis-faults.test.ts': 'a store that is down asks Redis again after a while',
  'test/stores/redis-server.ts': 'looks again and again whether a server runs',
  'test/telemetry/abandoned.test.ts': 'a process of its own collects until it is done',
  'test/telemetry/setup.test.ts': 'the program of the test sets a timer; nothing hangs on how long',
}

/** @param allowed - As {@link mayBeTimed}. One that no longer needs it is a complaint too. */
export function untamedTime(sources: Sources, allowed: Readonly<Record<string, string>> = mayBeTimed): string[] {
  const complaints: string[] = []
  for (const [path, text] of sources) {
    if (!path.startsWith('test/') || ELSEWHERE.test(path) || path.startsWith('test/architecture')) continue
    const sleeps = SLEEPS.test(text) && !HOLDS.test(text)
    const isAllowed = path in allowed
    if (sleeps && !isAllowed)
      complaints.push(`${path} sleeps: hold the clock (test/support/held-time.ts), or wait for a condition`)
    if (isAllowed && !SLEEPS.test(text)) complaints.push(`${path} sleeps no more: take it out of the list`)
    if (HURRIES.test(text)) complaints.push(`${path} waits by vi.waitFor: use expect.poll, or eventually()`)
    if (DRAWS.test(text)) complaints.push(`${path} draws by Math.random: use seeded() of test/simulation/chance.ts`)
  }
  return complaints
}
