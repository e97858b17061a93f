/// Names of zones that are no names of any database, but stand in calendars: what Windows and Outlook show to people.
/// All in lower case.
enum LocalisedZones {
    /// Standard and daylight names of Windows in other languages than English, which older Outlooks wrote as TZID.
    static let names: [String: String] = [
        "mitteleuropäische zeit": "Europe/Berlin", "mitteleuropäische sommerzeit": "Europe/Berlin",
        "romance (heure standard)": "Europe/Paris", "romance (heure d’été)": "Europe/Paris",
        "hora estándar romance": "Europe/Paris", "hora de verano romance": "Europe/Paris",
        "ora solare europa occidentale": "Europe/Berlin", "ora legale europa occidentale": "Europe/Berlin",
        "west-europa (standaardtijd)": "Europe/Berlin", "west-europa (zomertijd)": "Europe/Berlin",
        "västeuropa, normaltid": "Europe/Berlin", "västeuropa, sommartid": "Europe/Berlin",
        "środkowoeuropejski czas stand.": "Europe/Warsaw", "środkowoeuropejski czas letni": "Europe/Warsaw",
        "střední evropa (běžný čas)": "Europe/Budapest", "střední evropa (letní čas)": "Europe/Budapest",
        "hora oficial do brasil": "America/Sao_Paulo", "rtz 1 (зима)": "Europe/Kaliningrad",
        "rtz 2 (зима)": "Europe/Moscow",
        "rtz 3 (зима)": "Europe/Samara", "rtz 4 (зима)": "Asia/Yekaterinburg", "rtz 5 (зима)": "Asia/Novosibirsk",
        "rtz 6 (зима)": "Asia/Krasnoyarsk", "rtz 7 (зима)": "Asia/Irkutsk", "rtz 8 (зима)": "Asia/Yakutsk",
        "rtz 9 (зима)": "Asia/Vladivostok", "rtz 10 (зима)": "Asia/Srednekolymsk", "rtz 11 (зима)": "Asia/Kamchatka",
        "russia tz 1 standard time": "Europe/Kaliningrad", "russia tz 2 standard time": "Europe/Moscow",
        "russia tz 4 standard time": "Asia/Yekaterinburg", "russia tz 5 standard time": "Asia/Novosibirsk",
        "russia tz 6 standard time": "Asia/Krasnoyarsk", "russia tz 7 standard time": "Asia/Irkutsk",
        "russia tz 8 standard time": "Asia/Yakutsk", "russia tz 9 standard time": "Asia/Vladivostok",
    ]

    /// What stands after the offset where it names no city.
    static let displayNames: [String: String] = [
        "eastern time (us & canada)": "America/New_York", "central time (us & canada)": "America/Chicago",
        "mountain time (us & canada)": "America/Denver", "pacific time (us & canada)": "America/Los_Angeles",
        "pacific time (us & canada); tijuana": "America/Los_Angeles", "atlantic time (canada)": "America/Halifax",
        "newfoundland": "America/St_Johns", "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu",
        "aleutian islands": "America/Adak", "arizona": "America/Phoenix", "saskatchewan": "America/Regina",
        "yukon": "America/Whitehorse", "indiana (east)": "America/Indiana/Indianapolis",
        "central america": "America/Guatemala",
        "baja california": "America/Tijuana", "greenland": "America/Nuuk",
        "city of buenos aires": "America/Argentina/Buenos_Aires",
        "saint pierre and miquelon": "America/Miquelon", "turks and caicos": "America/Grand_Turk",
        "haiti": "America/Port-au-Prince", "azores": "Atlantic/Azores", "cabo verde is.": "Atlantic/Cape_Verde",
        "cape verde is.": "Atlantic/Cape_Verde", "west central africa": "Africa/Lagos",
        "greenwich mean time : dublin, edinburgh, lisbon, london": "Europe/London",
        "coordinated universal time": "Etc/UTC",
        "solomon is., new caledonia": "Pacific/Guadalcanal", "easter island": "Pacific/Easter",
        "marquesas islands": "Pacific/Marquesas", "chatham islands": "Pacific/Chatham",
        "norfolk island": "Pacific/Norfolk",
        "lord howe island": "Australia/Lord_Howe", "bougainville island": "Pacific/Bougainville",
        "kiritimati island": "Pacific/Kiritimati", "yangon (rangoon)": "Asia/Yangon",
    ]

    /// Cities by other names than the database's.
    static let cities: [String: String] = [
        "brasilia": "America/Sao_Paulo", "salvador": "America/Bahia", "chetumal": "America/Cancun",
        "samoa": "Pacific/Apia",
        "nuku'alofa": "Pacific/Tongatapu", "ekaterinburg": "Asia/Yekaterinburg", "chokurdakh": "Asia/Srednekolymsk",
        "astana": "Asia/Almaty", "nur-sultan": "Asia/Almaty", "port louis": "Indian/Mauritius",
        "sri jayawardenepura": "Asia/Colombo", "edinburgh": "Europe/London", "bern": "Europe/Zurich",
        "калининград": "Europe/Kaliningrad", "москва": "Europe/Moscow", "санкт-петербург": "Europe/Moscow",
        "волгоград": "Europe/Volgograd", "самара": "Europe/Samara", "ижевск": "Europe/Samara",
        "саратов": "Europe/Saratov",
        "астрахань": "Europe/Astrakhan", "ульяновск": "Europe/Ulyanovsk", "екатеринбург": "Asia/Yekaterinburg",
        "омск": "Asia/Omsk", "новосибирск": "Asia/Novosibirsk", "томск": "Asia/Tomsk", "барнаул": "Asia/Barnaul",
        "горно-алтайск": "Asia/Barnaul", "красноярск": "Asia/Krasnoyarsk", "иркутск": "Asia/Irkutsk",
        "чита": "Asia/Chita",
        "якутск": "Asia/Yakutsk", "владивосток": "Asia/Vladivostok", "магадан": "Asia/Magadan",
        "сахалин": "Asia/Sakhalin",
        "чокурдах": "Asia/Srednekolymsk", "анадырь": "Asia/Anadyr", "петропавловск-камчатский": "Asia/Kamchatka",
        "минск": "Europe/Minsk", "астана": "Asia/Almaty", "бишкек": "Asia/Bishkek", "ташкент": "Asia/Tashkent",
        "баку": "Asia/Baku", "ереван": "Asia/Yerevan", "тбилиси": "Asia/Tbilisi", "кишинев": "Europe/Chisinau",
    ]
}
