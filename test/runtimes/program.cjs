'use strict'
/** As CommonJS. */
const { Anthropic } = require('@anthropic-ai/sdk')
const { OpenAI } = require('openai')
const { autolog } = require('tracestitch')
const { recordSpans } = require('tracestitch/testing')
const { calls } = require('./calls.cjs')

const origin = process.env.RUNTIME_ORIGIN
void calls({ autolog, recordSpans, OpenAI, Anthropic, origin }).then((outcome) =>
  process.stdout.write(`@@${JSON.stringify(outcome)}`, () => process.exit(0)),
)
