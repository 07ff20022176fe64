/** Folder of the rendered files, below the stack's own. */
export const outputFolder = "deploy";
