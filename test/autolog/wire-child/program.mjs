/** As an ES module. */
import OpenAI from 'openai'
import { autolog } from 'tracestitch'
import { recordSpans } from 'tracestitch/testing'
import { load } from '../../http-clients/load.mjs'
import { drive } from './drive.cjs'

await drive({ load, autolog, recordSpans, OpenAI })
