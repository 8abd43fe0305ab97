# What reader.py does, with sf: Rscript --vanilla read.R JOBS
suppressPackageStartupMessages(library(sf))
answer <- function(key, kind, text) cat(paste(key, kind, gsub("[[:space:]]+", " ", text), sep = "\t"), "\n", sep = "")

for (line in readLines(commandArgs(TRUE)[1], encoding = "UTF-8")) {
  job <- strsplit(paste0(line, "\t."), "\t")[[1]]
  names(job) <- c("key", "name", "layer", "where", "box", "option", "end")
  wanted <- list(job[["name"]], quiet = TRUE)
  if (job[["layer"]] != "")
    wanted$layer <- job[["layer"]]
  if (job[["where"]] != "")
    wanted$query <- sprintf("SELECT * FROM results WHERE %s", job[["where"]])
  if (job[["box"]] != "") {
    edges <- as.numeric(strsplit(job[["box"]], " ")[[1]])
    wanted$wkt_filter <- st_as_text(st_as_sfc(st_bbox(setNames(edges, c("xmin", "ymin", "xmax", "ymax")))))
  }
  if (job[["option"]] != "")
    wanted$options <- job[["option"]]
  tryCatch(withCallingHandlers({
    rows <- do.call(st_read, wanted)
    ids <- if (nrow(rows) > 0) format(rows$id, scientific = FALSE, trim = TRUE)
    answer(job[["key"]], "rows", paste(ids, collapse = ","))
  }, warning = function(w) {
    answer(job[["key"]], "warning", conditionMessage(w))
    invokeRestart("muffleWarning")
  }), error = function(e) answer(job[["key"]], "error", conditionMessage(e)))
}
