using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>A kind of place as OpenStreetMap tags it, such as <c>amenity=cafe</c>.</summary>
internal sealed partial record PlaceKind(string Key, string Value)
{
    // Words of people, where they are not the tag's own value.
    private static readonly FrozenDictionary<string, PlaceKind> Known = Table(
        "amenity",
        "restaurant cafe=coffee|coffee_shop|café bar pub=brewpub fast_food food_court ice_cream=gelateria|ice_cream_parlour biergarten=beer_garden pharmacy=drugstore|chemist hospital clinic doctors=doctor dentist veterinary=vet "
        + "bank atm=cash_machine bureau_de_change=currency_exchange|money_exchange post_office post_box=mailbox|letter_box fuel=gas_station|petrol_station|filling_station charging_station=ev_charger|ev_charging_station "
        + "parking=car_park|parking_lot bicycle_parking bicycle_rental=bike_rental car_rental car_sharing car_wash taxi=taxi_stand bus_station ferry_terminal toilets=toilet|restroom|public_toilet|bathroom drinking_water=water_fountain|drinking_fountain fountain "
        + "school kindergarten university college library theatre=theater cinema=movie_theater|movie_theatre nightclub=night_club|club arts_centre=arts_center community_centre=community_center townhall=town_hall|city_hall courthouse police=police_station "
        + "fire_station embassy place_of_worship=church|mosque|synagogue|shrine|temple marketplace=market bench shelter recycling social_facility casino planetarium")
        .Concat(Table(
            "shop",
            "supermarket=grocery|grocery_store convenience=convenience_store|kiosk bakery butcher=butcher_shop greengrocer books=bookshop|bookstore|book_shop|book_store clothes=clothing_store|clothes_shop shoes=shoe_shop|shoe_store "
            + "florist=flower_shop hairdresser=barber electronics=electronics_store|electronics_shop hardware=hardware_store department_store mall=shopping_mall|shopping_centre|shopping_center bicycle=bike_shop|bicycle_shop optician "
            + "jewelry=jeweller|jeweler|jewellery toys=toy_shop|toy_store laundry=laundromat gift=gift_shop|souvenir_shop wine=wine_shop alcohol=liquor_store|off_licence stationery=stationery_shop travel_agency"))
        .Concat(Table("tourism", "hotel hostel guest_house=bed_and_breakfast|b&b motel museum gallery=art_gallery attraction=tourist_attraction|sight viewpoint=lookout zoo aquarium theme_park=amusement_park camp_site=campsite|campground information=tourist_information|tourist_office artwork picnic_site"))
        .Concat(Table("leisure", "park playground garden swimming_pool=pool sports_centre=sports_center fitness_centre=gym|fitness_center|fitness_studio stadium pitch=sports_field golf_course ice_rink water_park nature_reserve dog_park beach_resort marina"))
        .Concat(Table("railway", "station=train_station|railway_station tram_stop subway_entrance=metro_entrance|subway_station|metro_station"))
        .Concat(Table("highway", "bus_stop"))
        .Concat(Table("aeroway", "aerodrome=airport helipad"))
        .Concat(Table("natural", "beach peak=mountain_peak|summit spring cave_entrance=cave"))
        .Concat(Table("historic", "castle monument memorial ruins=ruin archaeological_site"))
        .DistinctBy(e => e.Key).ToFrozenDictionary(e => e.Key, e => e.Value, StringComparer.OrdinalIgnoreCase);

    /// <summary>As people say it.</summary>
    public string Words => Value.Replace('_', ' ');

    /// <summary>The kind that a word means, in the singular or the plural, or a tag as it is: <c>amenity=cafe</c>; null when it is none.</summary>
    public static PlaceKind? Of(string words)
    {
        var trimmed = Article().Replace(words.Trim(), "");
        if (Tag().Match(trimmed) is { Success: true } tag)
        {
            return new PlaceKind(tag.Groups["key"].Value, tag.Groups["value"].Value);
        }

        var name = Spaces().Replace(trimmed, "_");
        return new[] { name, Without(name, "s"), Without(name, "es"), name.EndsWith("ies", StringComparison.OrdinalIgnoreCase) ? name[..^3] + "y" : name }
            .Select(n => Known.GetValueOrDefault(n)).FirstOrDefault(k => k is not null);
    }

    private static string Without(string name, string ending) => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name[..^ending.Length] : name;

    private static IEnumerable<KeyValuePair<string, PlaceKind>> Table(string key, string entries)
    {
        foreach (var entry in entries.Split(' '))
        {
            var (value, others) = entry.Split('=') is [var v, var o] ? (v, o.Split('|')) : (entry, []);
            foreach (var name in others.Prepend(value))
            {
                yield return new(name, new PlaceKind(key, value));
            }
        }
    }

    // What goes into a query of the engine: nothing that could end a string there.
    [GeneratedRegex(@"^(?<key>[a-z][a-z_:]{1,40})\s*=\s*(?<value>[A-Za-z0-9][A-Za-z0-9_:.;-]{0,60})$", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex(@"^(?:(?:the|a|an|any|some|all|nearest|closest|nearby|good|best)\s+)+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Article();

    [GeneratedRegex(@"[\s_-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
