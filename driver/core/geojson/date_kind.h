/* date_kind: does a text look like a date, a time, or both?
 *
 * Answers as GDAL's OGRParseDate does, so that a column gets the type that GDAL's GeoJSON driver
 * gives it. The values themselves are parsed by the host. */
#ifndef MF_DATE_KIND_H
#define MF_DATE_KIND_H

#ifdef __cplusplus
extern "C" {
#endif

enum mf_date_kind { MF_DATE_NONE = 0, MF_DATE_DATE, MF_DATE_TIME, MF_DATE_DATETIME };

/* Time zones in OGR's terms: 0 unknown, 1 local time, 2 mixed, 100 UTC, 100 + quarters of an hour.
 */
enum { MF_TZ_UNKNOWN = 0, MF_TZ_LOCAL = 1, MF_TZ_MIXED = 2, MF_TZ_UTC = 100 };

/* `text` is NUL-terminated. *tz (may be NULL) is set when the answer is not MF_DATE_NONE. `strict`:
 * a month, day, hour, minute or second has two digits, and there is a time behind a 'T'. */
enum mf_date_kind mf_date_classify(const char *text, int strict, int *tz);

#ifdef __cplusplus
}
#endif
#endif
