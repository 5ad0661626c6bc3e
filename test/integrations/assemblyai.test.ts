import spec from './assemblyai.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'assemblyai.case.ts')
