import spec from './deepgram.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'deepgram.case.ts')
