/** What both servers offer. */
import { autolog } from 'tracestitch'

const text = (said: string): object => ({ content: [{ type: 'text', text: said }] })

/** @param ask - Sends a request to the client. */
export const toolsWith = (ask: () => Promise<unknown>): Record<string, () => Promise<object>> => ({
  hello: async () => text('hello'),
  fails: async () => {
    throw new Error('it failed')
  },
  asks: async () => text(JSON.stringify(await ask())),
})

export const prompt = (): object => ({ messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }] })
export const resource = (): object => ({ contents: [{ uri: 'test://doc', text: 'text' }] })

if (process.env['BARE'] !== '1') autolog()
