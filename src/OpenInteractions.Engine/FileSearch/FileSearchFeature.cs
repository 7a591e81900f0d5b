using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>Registers stores of documents. A reader and an embedding model are taken when somebody registers them.</summary>
public static class FileSearchFeature
{
    /// <summary>Adds the use cases and the work in the background.</summary>
    public static IServiceCollection AddFileSearchStores(this IServiceCollection services)
    {
        services.AddCheckedOptions<FileSearchOptions>(FileSearchOptions.Section);
        services.AddSingleton<DocumentNews>();
        services.AddSingleton<CreateFileSearchStore>();
        services.AddSingleton<UploadDocument>();
        services.AddSingleton<RemoveFromStore>();
        services.AddSingleton<DocumentIndexer>();
        services.AddHostedService(provider => provider.GetRequiredService<DocumentIndexer>());
        return services;
    }
}
