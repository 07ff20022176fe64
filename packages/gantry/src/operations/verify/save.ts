import { writeAtomic } from "../../engine/files.ts";
import type { VerifyReport } from "./index.ts";
import { verifyPage } from "./page.ts";

/** Writes the report as a page. */
export async function saveReport(file: string, report: VerifyReport): Promise<void> {
  await writeAtomic(file, verifyPage(report));
}
