'use strict'
/** As CommonJS. */
const { OpenAI } = require('openai')
const { autolog } = require('tracestitch')
const { recordSpans } = require('tracestitch/testing')
const { load } = require('../../http-clients/load.cjs')
const { drive } = require('./drive.cjs')

void drive({ load, autolog, recordSpans, OpenAI })
