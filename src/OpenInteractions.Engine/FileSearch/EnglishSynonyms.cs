using System.Collections.Frozen;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>
/// English words that mean about the same, in texts about computers and offices above all: who asks for a folder finds what says directory. A search looks for them beside
/// its own words, and counts them less. Each line is one meaning; a word of several meanings is in several.
/// </summary>
internal static class EnglishSynonyms
{
    private const string Meanings = """
        abbreviate shorten abbreviation
        abort cancel stop terminate
        absent missing nonexistent lacking
        access permission right
        account user login
        add append insert attach
        adjacent neighbour neighbor consecutive successive
        adjust alter change modify edit
        administrator root superuser admin privilege
        again repeat repeatedly
        alike same equal identical
        allow permit enable let
        amount quantity
        answer reply response
        arrange order sort
        ask prompt confirm query
        attempt try retry
        attribute property
        author writer
        automatic automatically
        available free unused left remaining
        avoid prevent
        backup safeguard
        backward backwards reverse reversed
        bad wrong invalid incorrect faulty
        beep bell sound
        begin beginning start first head top front initial
        beneath below under
        big large huge great
        binary executable compiled program
        blank space whitespace gap
        blank empty nothing null
        boot reboot restart
        born birth creation created
        bottom end last tail final
        break cut split divide separate
        broken dangling damaged corrupt corrupted defective
        browse view look
        bug error fault defect
        build compile make create
        busy load
        buffer cache memory ram
        calendar date day
        capital uppercase upper
        chance random randomly
        chapter section heading
        character letter symbol
        check verify test validate examine inspect
        choose select pick
        chunk piece part portion fragment
        clobber overwrite replace
        clock time
        clone copy duplicate replicate
        close shut
        colour color
        column field
        combine merge join concatenate unite
        command program tool utility application
        compare difference differ
        complain complaint diagnostic error warning message
        complete whole entire full
        compress zip gzip pack
        compute calculate
        computer machine host system server
        constant continuous
        contain hold include
        convert transform translate turn
        core cpu processor
        correct right proper
        count number tally
        cover hide
        create make generate produce
        current now present today
        damage harm destroy ruin
        danger dangerous risk risky unsafe
        decimal digit number numeral numeric figure
        decrease shrink reduce
        default standard
        delay wait pause sleep
        delete remove erase wipe unlink discard drop
        delimiter separator
        dependency depend need require
        descend descending decreasing
        device drive disk hardware
        difference distinct
        directory folder
        disk storage drive media
        display show print
        document file text
        double twice duplicate
        downward down below
        early earlier before previous former
        use consume usage
        edge margin border
        email mail
        end finish exit quit
        endless infinite infinity forever
        enlarge grow extend increase expand
        enough sufficient
        erase overwrite destroy shred
        escape backslash
        everybody everyone anybody all world
        everything all whole
        example sample
        exact exactly precise
        exclude omit skip ignore leave
        execute run launch start invoke
        expire timeout
        extension suffix ending
        failure fail failed unsuccessful wrong
        false untrue
        fast quick rapid speed efficient
        fill pad padding
        filesystem volume partition disk
        find search seek locate
        fingerprint checksum digest hash
        finish complete done
        fix repair rescue
        flag option switch setting
        folder directory subdirectory subfolder
        follow track watch monitor
        foreign other
        forever indefinitely endless
        free available space room
        freeze hang
        future later next ahead
        guess predict predictable
        handbook manual documentation
        hidden invisible secret
        hierarchy tree nested
        holiday vacation leave
        identifier id
        illegal invalid forbidden
        image picture photo
        importance priority niceness
        inside within
        instantly immediately
        integrity corrupt checksum intact
        interactive ask prompt
        interrupt ctrl stop
        item entry element record
        job process task program
        join merge paste
        journal log record
        keep preserve retain
        key keyboard
        large largest maximum biggest
        letter alphabetic alphabet
        link shortcut symlink
        list listing
        login logon signin
        logout logoff hangup
        loop cycle circular
        lowercase small lower
        main primary
        maximum most limit
        minimum least
        minus negative subtract
        mistake error typo
        mode permission
        mount mounted attach
        move rename
        new fresh
        newest latest recent
        numerical numeric number
        object item
        old oldest
        order sequence
        original source
        output result
        owner owned belong
        page sheet
        paragraph text
        parallel simultaneous side
        parent above
        password secret
        path name
        pay salary wage
        percent percentage
        period interval duration
        person people user human
        phone telephone
        place position location
        point refer
        portable portability compatible
        previous before last
        price cost fee
        privilege right permission
        problem error trouble
        program software
        progress status
        protect guard protection
        quiet silent
        quote quotation
        rank order
        readable legible
        recover undelete rescue restore salvage recovery
        recursive recursively tree subdirectory
        redirect redirection
        refuse reject decline deny
        regular ordinary normal
        remainder rest
        reuse recycle
        row line record
        rule policy
        save store keep
        scale unit
        schedule plan
        scratch temporary temp
        screen terminal console monitor tty
        script shell
        secure safe security
        send transmit transfer
        several multiple many
        share common both
        short brief
        shuffle permutation random
        side parallel column
        signal kill
        size length
        slow slowly
        snapshot copy
        strip remove trim
        sum total add
        symbol sign
        team group
        tidy format
        toss discard
        trim truncate shorten
        type kind
        twice repeated
        unchanged same
        unequal different
        unique distinct
        vanish disappear
        version release
        visible show
        wrap fold
        write store
        yesterday ago
        """;

    private static readonly FrozenDictionary<string, string[]> Others = Read();

    /// <summary>The other words, as the index knows them.</summary>
    /// <param name="term">A word, as the index knows it.</param>
    public static IReadOnlyList<string> Of(string term) => Others.GetValueOrDefault(term) ?? [];

    private static FrozenDictionary<string, string[]> Read()
    {
        var meanings = Meanings.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(PorterStem.Of).ToArray());
        return meanings.SelectMany(words => words.SelectMany(word => words.Where(other => other != word && !EnglishFillers.Stems.Contains(other)).Select(other => (Word: word, Other: other))))
            .Distinct().GroupBy(pair => pair.Word, pair => pair.Other, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }
}
