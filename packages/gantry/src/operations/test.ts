import type { OperationContext } from "./context.ts";

/** What `gantry test` may be told. */
export interface TestOptions {
  /** Instead of the stack's test command. */
  readonly command?: readonly string[];
  /** Added to the test command, such as a file to test. */
  readonly arguments?: readonly string[];
  /** Build images first; true when absent. */
  readonly build?: boolean;
  /** Leave everything running when the tests fail, to look at it. */
  readonly keep?: boolean;
}

/** How the tests ended. */
export interface TestResult {
  /** Exit code of the test command; the caller ends with it. */
  readonly exitCode: number;
  /** Compose project of this run: `parcel-test-k3f9a2`. */
  readonly project: string;
  /** Whether everything was removed again. */
  readonly removed: boolean;
  readonly durationMs: number;
}

/**
 * Runs the stack's tests in an isolated copy of the stack and removes it after, also on abort.
 * The tests' output are log events of the task `service:NAME` of the test service. Always in environment `test`,
 * whatever the context says.
 */
export async function test(_context: OperationContext, _options: TestOptions = {}): Promise<TestResult> {
  throw new Error("not there yet");
}
